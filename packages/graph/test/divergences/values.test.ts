// Values that JSON does not know, in what each package's own MemorySaver keeps.
import { Annotation, MemorySaver as LangGraphSaver, START } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { MemorySaver as CairnSaver } from '../../src/index.ts'
import { Cairn, LangGraph, endOf, thread, type Builder } from './both-engines.ts'

const State = Annotation.Root({ value: Annotation<unknown> })

const keeping = (StateGraph: Builder, checkpointer: LangGraphSaver | CairnSaver, value: unknown) =>
  new StateGraph(State)
    .addNode('write', () => ({ value }))
    .addEdge(START, 'write')
    .compile({ checkpointer, name: 'keeping' })

describe('a date, an address and what is no number', () => {
  const value = { at: new Date(0), page: new URL('https://example.org/'), none: Number.NaN }

  test('come back from LangGraph as texts and null', async () => {
    const graph = keeping(LangGraph, new LangGraphSaver(), value)
    await graph.invoke({}, thread)
    expect((await graph.getState(thread)).values).toEqual({
      value: { at: '1970-01-01T00:00:00.000Z', page: 'https://example.org/', none: null },
    })
  })

  test('come back from Cairn as they were', async () => {
    const graph = keeping(Cairn, new CairnSaver(), value)
    await graph.invoke({}, thread)
    expect((await graph.getState(thread)).values).toEqual({ value })
  })
})

describe('a function in the state', () => {
  test('is dropped by LangGraph from what it keeps', async () => {
    const graph = keeping(LangGraph, new LangGraphSaver(), { call: () => 1 })
    await graph.invoke({}, thread)
    expect((await graph.getState(thread)).values).toEqual({ value: {} })
  })

  test('fails the run on Cairn, which says where it stands', async () => {
    const error = await endOf(keeping(Cairn, new CairnSaver(), { call: () => 1 }).invoke({}, thread))
    expect(error).toMatchObject({ code: 'UNSERIALISABLE_VALUE', path: '$.value.call', nodes: ['write'] })
  })
})
