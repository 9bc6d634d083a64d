import { Annotation, GraphRecursionError, MemorySaver, START } from '@langchain/langgraph'
import { expect, test } from 'vitest'
import { RecursionLimitError } from '../../src/index.ts'
import { Cairn, LangGraph, endOf, thread, type Builder } from './both-engines.ts'

const counting = (StateGraph: Builder, options: object = {}) =>
  new StateGraph(Annotation.Root({ n: Annotation<number> }))
    .addNode('count', ({ n }) => ({ n: n + 1 }))
    .addEdge(START, 'count')
    .addEdge('count', 'count')
    .compile(options)

test('LangGraph does not say what was reached, nor how to go on', async () => {
  const graph = counting(LangGraph, { checkpointer: new MemorySaver() })
  const error = (await endOf(graph.invoke({ n: 0 }, { ...thread, recursionLimit: 3 }))) as Error
  expect(error).toBeInstanceOf(GraphRecursionError)
  expect(error.message).toContain('Recursion limit of 3 reached without hitting a stop condition.')
  expect(Object.keys(error)).not.toContain('state')
})

test('Cairn carries thread, checkpoint, state and the next nodes, and says how to go on', async () => {
  const graph = counting(Cairn, { checkpointer: new MemorySaver() })
  const error = (await endOf(graph.invoke({ n: 0 }, { ...thread, recursionLimit: 3 }))) as RecursionLimitError
  const { config } = await graph.getState(thread)
  expect(error).toBeInstanceOf(RecursionLimitError)
  expect(error).toBeInstanceOf(GraphRecursionError)
  expect(error).toMatchObject({
    code: 'STEP_LIMIT',
    lc_error_code: 'GRAPH_RECURSION_LIMIT',
    threadId: 't',
    checkpointId: config.configurable!['checkpoint_id'],
    state: { n: 3 },
    next: ['count'],
  })
  expect(error.message).toContain(
    'Recursion limit of 3 reached without hitting a stop condition. ' +
      'You can increase the limit by setting the "recursionLimit" config key. ' +
      `It was reached at step 3 with count to run next. Thread "t" is saved at checkpoint ${error.checkpointId}: ` +
      'to go on from there, invoke it again with null as input.',
  )
})

test('Cairn carries the state when nothing is saved', async () => {
  const error = (await endOf(counting(Cairn).invoke({ n: 0 }, { recursionLimit: 3 }))) as RecursionLimitError
  expect(error).toMatchObject({
    threadId: undefined,
    checkpointId: undefined,
    state: { n: 3 },
    next: ['count'],
  })
  expect(error.message).toContain('The state reached so far is in `error.state`')
})

test('Cairn goes on from there with null', async () => {
  const graph = counting(Cairn, { checkpointer: new MemorySaver() })
  await endOf(graph.invoke({ n: 0 }, { ...thread, recursionLimit: 3 }))
  expect(await endOf(graph.invoke(null, { ...thread, recursionLimit: 3 }))).toMatchObject({ state: { n: 8 } })
})
