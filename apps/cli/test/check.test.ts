import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SqliteSaver } from '@cairn/sqlite'
import { Command } from '@cairn/graph'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { first } from './fixtures/versions.ts'
import { Workplace, steady } from './run-cairn.ts'

const workplace = new Workplace()
afterAll(() => workplace[Symbol.dispose]())

/** Six threads that wait in `ask`, one in the nested graph, one that has finished. */
beforeAll(async () => {
  const saver = SqliteSaver.fromConnString(join(workplace.directory, 'threads.db'))
  const graph = Object.create(first, { checkpointer: { value: saver } }) as typeof first
  const thread = (id: string) => ({ configurable: { thread_id: id } })
  for (const id of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'done'])
    await graph.invoke({ topic: 'x' }, thread(id))
  await graph.invoke({ topic: 'deep' }, thread('d1'))
  await graph.invoke(new Command({ resume: 'yes' }), thread('done'))
  saver.close()
})

test('a graph that would break nothing says so, and ends well', async () => {
  const { exitCode, stdout } = await workplace.run('check fixtures/versions.ts#first')
  expect(stdout).toMatchInlineSnapshot(`
    "✓ 7 threads go on as before
      1 thread has finished
    "
  `)
  expect(exitCode).toBe(0)
})

test('threads that would break for the same reason stand together, with what to write', async () => {
  const { exitCode, stdout } = await workplace.run('check fixtures/versions.ts#renamed')
  expect(stdout).toMatchInlineSnapshot(`
    "✗ 6 threads (a6, a5, a4, a3, a2 and 1 more) would break
        node "ask" is due next, and is gone (was it renamed to "ask_human"?)

    ✓ 1 thread goes on as before
      1 thread has finished

    To let them go on, say what became of these names (null gives up what one stands for):
      compile({ version: '2', migrations: [{ from: '1', to: '2', nodes: { ask: 'ask_human' } }] })
    "
  `)
  expect(exitCode).toBe(1)
})

test('a migration makes up for what it names', async () => {
  const { exitCode, stdout } = await workplace.run('check fixtures/versions.ts#migrated --thread a1')
  expect(stdout).toMatchInlineSnapshot(`
    "✓ 1 thread goes on by a migration from version "1" to "2"
    "
  `)
  expect(exitCode).toBe(0)
})

test('graphs within nodes are looked at where a thread waits in them', async () => {
  const { exitCode, stdout } = await workplace.run('check fixtures/versions.ts#deeper')
  expect(stdout).toMatchInlineSnapshot(`
    "✗ thread d1 would break
        in deep: node "probe" is due next, and is gone (was it renamed to "question"?)

    ✓ 6 threads go on as before
      1 thread has finished

    To let them go on, say what became of these names (null gives up what one stands for):
      compile({ version: '2', migrations: [{ from: '1', to: '2', nodes: { probe: 'question' } }] })  (the graph in deep)
    "
  `)
  expect(exitCode).toBe(1)
})

test('a migration that fails on a thread breaks it', async () => {
  const { exitCode, stdout } = await workplace.run('check fixtures/versions.ts#failing --thread a1')
  expect(stdout).toMatchInlineSnapshot(`
    "✗ thread a1 would break
        a migration fails: no name in an old thread

    What \`state\` and \`updates\` of the migrations to version "2" do has to fit these threads.
    "
  `)
  expect(exitCode).toBe(1)
})

test('JSON tells of each thread what it would lose', async () => {
  const { exitCode, stdout } = await workplace.run('check fixtures/versions.ts#renamed --thread a1 --json')
  const { threads, ...rest } = JSON.parse(stdout) as { threads: object[] }
  expect(rest).toEqual({
    graph: 'support',
    version: '1',
    database: 'threads.db',
    ok: false,
    finished: 0,
    leftOut: {},
  })
  expect(threads).toEqual([
    {
      thread: 'a1',
      verdict: 'breaks',
      version: '1',
      checkpoint: expect.any(String),
      step: 1,
      updatedAt: expect.any(String),
      hasShape: true,
      failure: null,
      losses: [
        {
          kind: 'task',
          node: 'ask',
          isFinished: false,
          why: 'gone',
          channel: 'branch:to:ask',
          near: ['ask_human'],
          namespace: '',
          checkpoint: expect.any(String),
          message: 'node "ask" is due next, and is gone (was it renamed to "ask_human"?)',
        },
      ],
    },
  ])
  expect(exitCode).toBe(1)
})

test('threads of another graph are left out, unless they are asked for', async () => {
  const { exitCode, stdout } = await workplace.run('check fixtures/research.ts')
  expect(stdout).toMatchInlineSnapshot(`
    "✓ no thread of this graph is under way in threads.db
      8 threads of other graphs left out (support); --all looks at them
    "
  `)
  expect(exitCode).toBe(0)
})

test('a thread that the graph would break is not gone on with, and told why', async () => {
  const { exitCode, stdout, stderr } = await workplace.run(
    'resume fixtures/versions.ts#renamed --thread a1 --answer yes',
  )
  expect(stdout).toBe('')
  expect(stderr).toMatchInlineSnapshot(`
    "cairn: The graph cannot go on with thread "a1", of which it would lose:
    - node "ask" is due next, and is gone (was it renamed to "ask_human"?)
      To let it go on, say what became of these names (null gives up what one stands for):
        compile({ version: '2', migrations: [{ from: '1', to: '2', nodes: { ask: 'ask_human' } }] })
    "
  `)
  expect(exitCode).toBe(1)
})

test('the file of the database stays as it was', async () => {
  const database = join(workplace.directory, 'threads.db')
  copyFileSync(database, join(workplace.directory, 'copy.db'))
  await workplace.run('check fixtures/versions.ts#migrated --db copy.db')
  expect(readFileSync(join(workplace.directory, 'copy.db')).equals(readFileSync(database))).toBe(true)
})

test('a thread that is not there, and a database that is not, are said to be missing', async () => {
  const thread = await workplace.run('check fixtures/versions.ts#first --thread nobody')
  expect([thread.exitCode, steady(thread.stderr)]).toMatchInlineSnapshot(`
    [
      4,
      "cairn: There is no thread "nobody" in threads.db.
    ",
    ]
  `)
  const database = await workplace.run('check fixtures/versions.ts#first --db missing.db')
  expect(database.exitCode).toBe(4)
})
