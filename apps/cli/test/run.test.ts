import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Workplace, records, steady } from './run-cairn.ts'

const workplace = new Workplace()
afterAll(() => workplace[Symbol.dispose]())

test('with --json, every line of the standard output is JSON, whatever nodes print', async () => {
  writeFileSync(join(workplace.directory, 'input.json'), '{"text": "quiet"}')
  const words = 'run fixtures/talking.ts --thread t2 --input @input.json --json'
  const { exitCode, stdout, stderr } = await workplace.run(words)
  expect(exitCode).toBe(0)
  expect(
    records(stdout).map(({ type, node, step, value, status, values }) => ({
      type,
      node,
      step,
      value,
      status,
      values,
    })),
  ).toEqual([
    { type: 'checkpoint', step: -1 },
    { type: 'checkpoint', step: 0 },
    { type: 'task_started', node: 'talk', step: '1' },
    { type: 'custom', value: { percent: 50 } },
    { type: 'task_finished', node: 'talk', step: '1' },
    { type: 'checkpoint', step: 1 },
    { type: 'result', status: 'finished', step: 1, values: { text: 'QUIET' } },
  ])
  expect(stderr).toBe('printed by a node\n')
})

test('all nodes that failed in a superstep are told of', async () => {
  const { exitCode, stderr } = await workplace.run(
    'run fixtures/two-failures.ts --thread t6 --input {} --json',
  )
  expect(exitCode).toBe(1)
  const { error } = JSON.parse(steady(stderr)) as { error: { message: string; failed: unknown } }
  expect(error.failed).toEqual([
    { node: 'ask', step: '1' },
    { node: 'open', step: '1' },
  ])
  expect(error.message).toMatchInlineSnapshot(`
    "Node "ask" failed in superstep 1.
    Error: Nobody is there.
        at fixtures/two-failures.ts:11:11
    Node "open" failed in superstep 1.
    TypeError: No such book.
        at open (fixtures/two-failures.ts:6:9)"
  `)
})

test('a node that fails within another one is named with both', async () => {
  const { exitCode, stderr } = await workplace.run(
    'run fixtures/two-failures.ts#nested --thread t7 --input @-',
    {
      input: '{}',
    },
  )
  expect(exitCode).toBe(1)
  expect(steady(stderr)).toMatchInlineSnapshot(`
    "✗  1.1  library › open <duration>  failed
    ✗    1  library <duration>  failed
    cairn: Node "library › open" failed in superstep 1.1.
    TypeError: No such book.
        at open (fixtures/two-failures.ts:6:9)
      What had finished is saved. To try again from there: cairn resume --thread t7
    "
  `)
})

test('a graph that reaches its limit of supersteps can be gone on with', async () => {
  const limited = ['--config', '{"recursionLimit": 3}']
  const first = await workplace.run([
    'run',
    'fixtures/loop.ts',
    '--thread',
    't4',
    '--input',
    '{"limit": 2}',
    ...limited,
  ])
  expect(first.exitCode).toBe(1)
  expect(steady(first.stderr.slice(first.stderr.indexOf('cairn:')))).toMatchInlineSnapshot(`
    "cairn: The graph reached its recursion limit at step 3, before check.
      What was done is saved. To go on, with a limit that counts from here:
        cairn resume --thread t4 --config '{"recursionLimit": 100}'
    "
  `)
  const second = await workplace.run('resume --thread t4 --json')
  expect(second.exitCode).toBe(0)
  expect(records(second.stdout).at(-1)).toMatchObject({ status: 'finished', values: { count: 2, limit: 2 } })
})

test('a file that throws when it is loaded shows where', async () => {
  const { exitCode, stderr } = await workplace.run(
    'run fixtures/cannot-load.ts --thread t5 --input {} --json',
  )
  expect(exitCode).toBe(1)
  expect(JSON.parse(steady(stderr))).toMatchObject({
    error: {
      code: 'GRAPH_FILE_FAILED',
      message:
        'fixtures/cannot-load.ts could not be loaded.\nError: The key is missing.\n    at fixtures/cannot-load.ts:1:7',
    },
  })
})
