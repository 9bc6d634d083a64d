import { describe, expect, test } from 'vitest'
import { StepLimitError, lastValue, type Attempt } from '../src/index.ts'
import { enter, goTo, planOf } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { line, runOf, valuesOf } from './support/thread.ts'

const plan = planOf({
  channels: { n: lastValue<number>() },
  nodes: {
    count: {
      body(attempt: Attempt) {
        const n = (attempt.input as { n: number }).n + 1
        attempt.write('n', n)
        if (n < 10) goTo(attempt, 'count')
      },
    },
  },
})

async function failureOf(run: { execute(): Promise<unknown> }): Promise<StepLimitError> {
  const error = await run.execute().catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(StepLimitError)
  return error as StepLimitError
}

describe('a run that takes more supersteps than it may', () => {
  test('fails with all that is needed to go on', async () => {
    const store = new RecordingStore()
    const error = await failureOf(runOf(plan, { store, start: enter('count', { n: 0 }), stepLimit: 3 }))
    const checkpointId = store.load(line)!.id
    expect(error).toMatchObject({
      code: 'STEP_LIMIT',
      limit: 3,
      at: { threadId: 'thread-1', checkpointId, step: 3 },
      state: { n: 4 },
      next: ['count'],
      message:
        'Recursion limit of 3 reached without hitting a stop condition. ' +
        'You can increase the limit by setting the "recursionLimit" config key. ' +
        'It was reached at step 3 with count to run next. ' +
        `Thread "thread-1" is saved at checkpoint ${checkpointId}: to go on from there, invoke it again with null as input.`,
    })
  })

  test('can go on where it stopped', async () => {
    const store = new RecordingStore()
    await failureOf(runOf(plan, { store, start: enter('count', { n: 0 }), stepLimit: 3 }))
    const run = runOf(plan, { store, stepLimit: 25 })
    expect(await run.execute()).toEqual({ kind: 'finished' })
    expect(valuesOf(run)).toEqual({ n: 10 })
    expect(store.load(line)!.metadata.step).toBe(9)
  })

  test('has a limit of its own each time it goes on, and one superstep more, as it spends none on an input', async () => {
    const store = new RecordingStore()
    await failureOf(runOf(plan, { store, start: enter('count', { n: 0 }), stepLimit: 3 }))
    const error = await failureOf(runOf(plan, { store, stepLimit: 3 }))
    expect(error.state).toMatchObject({ n: 9 })
  })

  test('without a store says that the state is in the error', async () => {
    const error = await failureOf(runOf(plan, { start: enter('count', { n: 0 }), stepLimit: 3 }))
    expect(error.at).toEqual({ step: 3 })
    expect(error.state).toMatchObject({ n: 4 })
    expect(error.message).toBe(
      'Recursion limit of 3 reached without hitting a stop condition. ' +
        'You can increase the limit by setting the "recursionLimit" config key. ' +
        'It was reached at step 3 with count to run next. The state reached so far is in `error.state`.',
    )
  })

  test('keeps its last checkpoint also when it keeps nothing before its end', async () => {
    const store = new RecordingStore()
    await failureOf(runOf(plan, { store, start: enter('count', { n: 0 }), stepLimit: 3, durability: 'exit' }))
    expect(store.checkpoints.map(({ metadata }) => metadata.step)).toEqual([3])
  })
})

test('the limit counts supersteps, and a run needs one more than it takes: it fails before it sees that it has ended', async () => {
  const once = planOf({ nodes: { a: {} } })
  await failureOf(runOf(once, { start: enter('a'), stepLimit: 0 }))
  expect(await runOf(once, { start: enter('a'), stepLimit: 1 }).execute()).toEqual({ kind: 'finished' })
})
