import { join } from 'node:path'
import { SqliteSaver } from '@cairn/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { graph as approval } from './fixtures/approval.ts'
import { graph as research } from './fixtures/research.ts'
import { Workplace, steady } from './run-cairn.ts'

const workplace = new Workplace()
afterAll(() => workplace[Symbol.dispose]())

beforeAll(async () => {
  const saver = SqliteSaver.open(join(workplace.directory, 'threads.db'))
  const thread = (thread_id: string) => ({ configurable: { thread_id } })
  await research.compile({ checkpointer: saver }).invoke({ topic: 'cairns' }, thread('trail'))
  await research.compile({ checkpointer: saver }).invoke({ topic: 'Dolmens of Brétagne' }, thread('stones'))
  approval.checkpointer = saver
  await approval.invoke({ title: 'Stones' }, thread('book'))
  saver.threads.setMetadata('book', { user: 'ada' })
  saver.close()
})

async function found(...words: readonly string[]): Promise<string[]> {
  const { stdout } = await workplace.run(['search', ...words, '--json'])
  return (JSON.parse(stdout) as { threads: { thread: string }[] }).threads.map(({ thread }) => thread)
}

describe('cairn search', () => {
  test('shows threads, the newest first, with where the words stand', async () => {
    const { exitCode, stdout, stderr } = await workplace.run('search --status finished stones stacked')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(steady(stdout)).toMatchInlineSnapshot(`
      "thread  status    next  last update           found in
      stones  finished        <time>  notes: stones, stacked
      trail   finished        <time>  notes: stones, stacked
      "
    `)
  })

  test('goes by words, status, labels and times', async () => {
    expect(await found()).toEqual(['book', 'stones', 'trail'])
    expect(await found('bretagne')).toEqual(['stones'])
    expect(await found('"marks trail"')).toEqual([])
    expect(await found('dolm*', 'trails')).toEqual(['stones'])
    expect(await found('--status', 'interrupted')).toEqual(['book'])
    expect(await found('--status', 'interrupted', '--status', 'finished', '--limit', '2')).toEqual([
      'book',
      'stones',
    ])
    expect(await found('--metadata', 'user=ada')).toEqual(['book'])
    expect(await found('--metadata', 'user=grace')).toEqual([])
    expect(await found('--created-after', '2020-01-01', '--updated-before', '2020-01-01')).toEqual([])
  })

  test('gives a page after another', async () => {
    const first = await workplace.run('search --limit 2')
    expect(first.stderr).toMatch(/^There are more: --cursor \S+\n$/)
    const cursor = first.stderr.trim().split(' ').at(-1)!
    expect(await found('--cursor', cursor)).toEqual(['trail'])
  })

  test.each([
    ['search nothing', 0, 'No thread is like that.'],
    ['search --status busy', 2, 'It must be one of finished, interrupted, failed, stopped.'],
    ['search --updated-after soon', 2, '"updatedAfter" of a query over threads is "soon".'],
    ['search --cursor x', 2, '"cursor" of a query over threads is "x".'],
    ['search --db missing.db', 4, 'There is no database missing.db.'],
  ])('says what is wrong: %s', async (command, exitCode, message) => {
    const ended = await workplace.run(command)
    expect([ended.exitCode, ended.stdout]).toEqual([exitCode, ''])
    expect(ended.stderr).toContain(message)
  })
})

describe('cairn label', () => {
  test('sets tags and metadata, and shows them', async () => {
    const set = await workplace.run([
      'label',
      '--thread',
      'trail',
      '--tag',
      'vip',
      '--tag',
      'trip',
      '--set',
      'plan={"seats":3}',
      '--set',
      'user=ada',
    ])
    expect(set).toMatchObject({ exitCode: 0, stdout: 'tags  trip, vip\nplan  { seats: 3 }\nuser  "ada"\n' })
    const changed = await workplace.run('label --thread trail --untag trip --set plan --json')
    expect(JSON.parse(changed.stdout)).toEqual({ thread: 'trail', tags: ['vip'], metadata: { user: 'ada' } })
    expect(await found('--tag', 'vip')).toEqual(['trail'])
    const { stdout } = await workplace.run('threads --json')
    expect((JSON.parse(stdout) as object[])[2]).toMatchObject({
      thread: 'trail',
      tags: ['vip'],
      metadata: { user: 'ada' },
    })
  })

  test('goes with its thread through an export', async () => {
    await workplace.run('label --thread stones --tag old --set user=grace')
    await workplace.run('export --thread stones --output stones.jsonl')
    await workplace.run('import stones.jsonl --db other.db --prefix new-')
    const { stdout } = await workplace.run('label --thread new-stones --db other.db --json')
    expect(JSON.parse(stdout)).toEqual({ thread: 'new-stones', tags: ['old'], metadata: { user: 'grace' } })
  })
})
