import { expect, test } from 'vitest'
import { lastValue, type Attempt } from '../src/index.ts'
import { turn } from './support/deferred.ts'
import { enter, goTo, planOf } from './support/graph.ts'
import { runOf, valuesOf } from './support/thread.ts'

const loop = (steps: number) =>
  planOf({
    channels: { n: lastValue<number>() },
    nodes: {
      count: {
        body(attempt: Attempt) {
          const n = (attempt.input as { n: number }).n + 1
          attempt.write('n', n)
          if (n < steps) goTo(attempt, 'count')
        },
      },
    },
  })

test.each([
  ['one run', 1],
  ['ten runs at once', 10],
])('%s of 100,000 supersteps that never wait lets the event loop turn before the end', async (_, runs) => {
  const steps = 100_000 / runs
  let stepAtTurn: unknown
  const plan = loop(steps)
  const all = Array.from({ length: runs }, () =>
    runOf(plan, { start: enter('count', { n: 0 }), stepLimit: steps }),
  )
  setImmediate(() => {
    stepAtTurn = valuesOf(all.at(-1)!)['n']
  })
  await Promise.all(all.map((run) => run.execute()))
  expect(stepAtTurn).toBeLessThan(steps)
  expect(all.map((run) => valuesOf(run)['n'])).toEqual(all.map(() => steps))
})

test('a short run that never waits ends without a turn of the event loop', async () => {
  await turn() // what ran before this test has had its turn
  await turn()
  let isTurned = false
  setImmediate(() => {
    isTurned = true
  })
  await runOf(loop(3), { start: enter('count', { n: 0 }) }).execute()
  expect(isTurned).toBe(false)
})
