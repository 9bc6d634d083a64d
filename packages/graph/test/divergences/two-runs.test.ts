// Two runs of one thread at the same time.
import { setImmediate } from 'node:timers/promises'
import { Annotation, START } from '@langchain/langgraph'
import { expect, test } from 'vitest'
import { MemorySaver, ThreadBusyError } from '../../src/index.ts'
import { Cairn, LangGraph, thread, type Builder } from './both-engines.ts'

const Count = Annotation.Root({ count: Annotation<number | undefined> })

/** Ten runs at once, each of which adds one to the count. */
async function tenAtOnce(StateGraph: Builder, options: object = {}) {
  const graph = new StateGraph(Count)
    .addNode('add', async ({ count = 0 }) => {
      await setImmediate()
      return { count: count + 1 }
    })
    .addEdge(START, 'add')
    .compile({ checkpointer: new MemorySaver() })
  const runs = Array.from({ length: 10 }, () => graph.invoke({}, { ...thread, ...options }))
  const ends = await Promise.allSettled(runs)
  const { values } = await graph.getState(thread)
  return {
    count: (values as typeof Count.State).count,
    errors: ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : [])),
  }
}

test('LangGraph goes on from the same checkpoint with all of them, and loses nine updates', async () => {
  expect(await tenAtOnce(LangGraph)).toEqual({ count: 1, errors: [] })
})

test('Cairn refuses those that come while one has the thread', async () => {
  const { count, errors } = await tenAtOnce(Cairn)
  expect(count).toBe(1)
  expect(errors).toHaveLength(9)
  for (const error of errors) expect(error).toBeInstanceOf(ThreadBusyError)
})

test('Cairn runs them one after the other when it is asked to wait', async () => {
  expect(await tenAtOnce(Cairn, { onBusy: 'wait' })).toEqual({ count: 10, errors: [] })
})
