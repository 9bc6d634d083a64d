// What is said of a database with two threads, one of which was damaged.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Annotation, START, StateGraph } from '@cairn/graph'
import { SqliteSaver } from '@cairn/sqlite'
import { expect, onTestFinished, test } from 'vitest'
import type { Stream } from '../src/output.ts'
import { runProgram } from '../src/program.ts'

interface Place {
  readonly database: string
  said(...words: string[]): Promise<string>
}

const longText = 'A long letter. '.repeat(60)

async function makeThreads(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'cairn-doctor-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const database = join(directory, 'threads.db')
  const saver = SqliteSaver.open(database)
  const graph = new StateGraph(Annotation.Root({ text: Annotation<string> }))
    .addNode('write', ({ text }) => ({ text: `${text}!` }))
    .addEdge(START, 'write')
    .compile({ checkpointer: saver })
  await graph.invoke({ text: 'short' }, { configurable: { thread_id: 'ann' } })
  await graph.invoke({ text: 'first' }, { configurable: { thread_id: 'bob' } })
  await graph.invoke({ text: longText }, { configurable: { thread_id: 'bob' } })
  saver.close()
  const said = async (...words: string[]): Promise<string> => {
    let text = ''
    const stream: Stream = { isTerminal: false, width: 80, write: (more) => (text += more) }
    const exitCode = await runProgram(words, {
      stdout: stream,
      stderr: stream,
      environment: { CAIRN_DB: database },
    })
    return `${exitCode}\n${text}`
      .replaceAll(directory, '.')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
      .replaceAll(/<id>(, (… )?<id>)*/g, '<ids>')
  }
  return { database, said }
}

/** Flips a bit of the last letter, in the row of the long value. */
function damage(database: string): void {
  const bytes = readFileSync(database)
  bytes[bytes.lastIndexOf('A long letter. !') + 2]! ^= 1
  writeFileSync(database, bytes)
}

test('a database that is whole', async () => {
  const { said } = await makeThreads()
  expect(await said('doctor')).toMatch(
    /^0\n✓ no damage in 2 threads, \d+ checkpoints, \d+ tasks and \d+ rows of values in \.\/threads\.db\n$/,
  )
  expect(await said('doctor', '--fix')).toContain('✓ no damage')
})

test('damage is told with what is lost and what to do, and ends with exit code 1', async () => {
  const { database, said } = await makeThreads()
  damage(database)
  const text = await said('doctor')
  expect(text).toMatch(
    /^1\n✗ thread bob: What a task wrote cannot be read: the value of "text": row \d+ of value is damaged/,
  )
  expect(text).toMatch(
    /✗ thread bob: 1 checkpoint cannot be put together: the value of "text": row \d+ of value is damaged: its checksum differs\.\n {4}checkpoint <ids>\n {4}lost: This checkpoint\.\n/,
  )
  expect(text).toContain(
    '    to do: Restore a backup, or move what is damaged out of the way with --fix: the thread then goes on from the newest checkpoint that is whole.\n',
  )
  expect(text).toMatch(/✗ \d damage in 2 threads/)
  expect(await said('show', '--thread', 'bob')).toMatch(
    /^4\ncairn: [^]*\n {2}To see what is damaged and what is lost: cairn doctor\n$/,
  )
})

test('--fix moves it out of the way, and the thread can be read again', async () => {
  const { database, said } = await makeThreads()
  damage(database)
  expect(await said('doctor', '--fix')).toMatch(
    /^0\n[^]*\n\d+ rows moved to the table "quarantine"; nothing was deleted\.\n✓ everything else can be read\n$/,
  )
  expect(await said('show', '--thread', 'bob')).toMatch(
    /^0\nbob {2}step 3, stopped\n[^]*\nnext\nwrite {2}due/,
  )
  expect(await said('doctor')).toMatch(/^0\n✓ no damage[^]*\n {2}\d+ rows in quarantine from earlier\n$/)
})

test('--json gives the findings', async () => {
  const { database, said } = await makeThreads()
  damage(database)
  const [, ...json] = (await said('doctor', '--json')).split('\n')
  expect(JSON.parse(json.join('\n'))).toMatchObject({
    threads: 2,
    moved: 0,
    findings: expect.arrayContaining([
      expect.objectContaining({ kind: 'checkpoint', threadId: 'bob', isDamage: true }),
    ]) as unknown,
  })
})

test('a database that is not there, or is none', async () => {
  const { database, said } = await makeThreads()
  expect(await said('doctor', '--db', `${database}.none`)).toMatch(/^4\ncairn: /)
  writeFileSync(database, 'no database'.repeat(1000))
  expect(await said('doctor')).toMatch(/^4\ncairn: /)
})
