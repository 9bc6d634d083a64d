import { join } from 'node:path'
import { SqliteSaver } from '@cairn/sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { graph as failing } from './fixtures/failing.ts'
import { graph as approval } from './fixtures/approval.ts'
import { graph as research } from './fixtures/research.ts'
import { Workplace, steady } from './run-cairn.ts'

const workplace = new Workplace()
afterAll(() => workplace[Symbol.dispose]())

beforeAll(async () => {
  await workplace.run(['run', 'fixtures/research.ts', '--thread', 'trail', '--input', '{"topic": "cairns"}'])
  const saver = SqliteSaver.open(join(workplace.directory, 'threads.db'))
  const thread = (thread_id: string) => ({ configurable: { thread_id } })

  const trail = research.compile({ checkpointer: saver })
  const steps = new Map<number, { configurable?: Record<string, unknown> }>()
  for await (const { config, metadata } of trail.getStateHistory(thread('trail')))
    steps.set(metadata!.step, config)
  const fork = await trail.updateState(steps.get(1)!, { topic: 'dolmens' }, 'plan')
  await trail.invoke(null, fork)
  await trail.updateState(steps.get(2)!, { notes: ['a better one'] }, 'read')

  await failing
    .compile({ checkpointer: saver })
    .invoke({}, thread('broken'))
    .catch(() => {})
  approval.checkpointer = saver
  await approval.invoke({ title: 'Stones' }, thread('book'))
  saver.close()
})

test('threads are listed with their status, the last one first', async () => {
  const { exitCode, stdout, stderr } = await workplace.run('threads')
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(steady(stdout)).toMatchInlineSnapshot(`
    "thread  status       step  next            last update           graph
    book    interrupted  0     editor, seller  <time>
    broken  failed       1     parse           <time>
    trail   stopped      3     write           <time>  fixtures/research.ts#graph
    "
  `)
})

test('threads as JSON', async () => {
  const { stdout } = await workplace.run('threads --json')
  expect(JSON.parse(stdout)).toMatchObject([
    { thread: 'book', status: 'interrupted', step: 0, next: ['editor', 'seller'], graph: null },
    { thread: 'broken', status: 'failed', step: 1, next: ['parse'], graph: null },
    {
      thread: 'trail',
      status: 'stopped',
      next: ['write'],
      graph: join(workplace.directory, 'fixtures/research.ts#graph'),
    },
  ])
})

test('the history of a thread with forks is a tree', async () => {
  const { exitCode, stdout } = await workplace.run('history --thread trail')
  expect(exitCode).toBe(0)
  expect(steady(stdout)).toMatchInlineSnapshot(`
    "       step  checkpoint                            source  ran           changed                           next
    ●      3     <id>  update                notes +1                          write
    │ ●    4     <id>  loop    write         draft = "where they stand; ston…
    │ ●    3     <id>  loop    read, search  notes +2                          write
    │ ●    2     <id>  update                topic "cairns" → "dolmens"        read, search
    │ │ ●  3     <id>  loop    write         draft = "where they stand; ston…
    ●─┼─╯  2     <id>  loop    read, search  notes +2                          write
    ●─╯    1     <id>  loop    plan          notes +1                          read, search
    ●      0     <id>  loop    __start__     topic = "cairns"                  plan
    ●      -1    <id>  input                 input = { topic: "cairns" }       __start__
    "
  `)
})

test('the history as JSON, the newest entries only', async () => {
  const { stdout } = await workplace.run('history --thread book --limit 2 --json')
  const [head, start] = JSON.parse(stdout) as Record<string, unknown>[]
  expect(head).toMatchObject({
    step: 0,
    source: 'loop',
    ran: ['__start__'],
    changed: ['title = "Stones"'],
    next: [
      { node: 'editor', state: 'waiting' },
      { node: 'seller', state: 'waiting' },
    ],
  })
  expect(start).toMatchObject({
    checkpoint: head!['parent'],
    parent: null,
    step: -1,
    source: 'input',
    ran: [],
  })
})

test('a checkpoint is shown with what is asked', async () => {
  const { exitCode, stdout } = await workplace.run('show --thread book')
  expect(exitCode).toBe(0)
  expect(steady(stdout)).toMatchInlineSnapshot(`
    "book  step 0, interrupted
    checkpoint <id>, loop, <time>

    values
    title  "Stones"

    next
    editor  asks  task <id>
        question <question>
        { question: "Publish?", title: "Stones" }
    seller  asks  task <id>
        question <question>
        "What does it cost?"

    metadata
    source   "loop"
    step     0
    parents  {}
    "
  `)
})

test('a step that is on two branches is refused, an id of one of them is shown', async () => {
  const refused = await workplace.run('show --thread trail --at 2 --json')
  expect([refused.exitCode, refused.stdout]).toEqual([2, ''])
  const { error } = JSON.parse(refused.stderr) as { error: { code: string; candidates: string[] } }
  expect([error.code, error.candidates.length]).toEqual(['AMBIGUOUS_CHECKPOINT', 2])
  const shown = await workplace.run(`show --thread trail --at ${error.candidates[0]} --json`)
  expect(shown.exitCode).toBe(0)
  expect(JSON.parse(shown.stdout)).toMatchObject({
    checkpoint: error.candidates[0],
    step: 2,
    source: 'update',
    status: null,
    values: { topic: 'dolmens', notes: ['where they stand'] },
  })
})
