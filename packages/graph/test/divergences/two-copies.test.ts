// A Send that another copy of LangGraph made, as when one module of a program is CommonJS and another is not.
import { createRequire } from 'node:module'
import { Command, MemorySaver, START } from '@langchain/langgraph'
import type * as LangGraphModule from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { UnknownNodeError } from '../../src/index.ts'
import { Log, noting } from '../differential/harness/states.ts'
import { Cairn, LangGraph, endOf, thread, type Builder } from './both-engines.ts'

const copy = createRequire(import.meta.url)('@langchain/langgraph') as typeof LangGraphModule
const send = () => new copy.Send('b', { log: ['sent'] }) as never

const commanding = (StateGraph: Builder) =>
  new StateGraph(Log)
    .addNode('a', () => new Command({ goto: send() }), { ends: ['b' as 'a'] })
    .addNode('b', noting('b'))
    .addEdge(START, 'a')
const routing = (StateGraph: Builder) =>
  new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addEdge(START, 'a')
    .addConditionalEdges('a', send, ['b'])

describe('a Send of another copy', () => {
  test('is lost by LangGraph in a Command, and no destination for it in a router', async () => {
    expect(await commanding(LangGraph).compile().invoke({ log: [] })).toEqual({ log: [] })
    expect(await endOf(routing(LangGraph).compile().invoke({ log: [] }))).toMatchObject({
      message: 'Branch condition returned unknown or null destination',
    })
  })

  test('is a Send for Cairn, wherever it stands', async () => {
    const graph = commanding(Cairn).compile({ checkpointer: new MemorySaver() })
    expect(await graph.invoke({ log: [] }, thread)).toEqual({ log: ['b after 1'] })
    expect(await graph.invoke(new Command({ goto: send() }), thread)).toEqual({
      log: ['b after 1', 'b after 1'],
    })
    expect(await routing(Cairn).compile().invoke({ log: [] })).toEqual({ log: ['a after 0', 'b after 1'] })
  })

  test('is held against the names of the graph', async () => {
    const lost = new Cairn(Log)
      .addNode('a', () => new Command({ goto: new copy.Send('c', {}) as never }))
      .addEdge(START, 'a')
      .compile()
    expect(await endOf(lost.invoke({ log: [] }))).toBeInstanceOf(UnknownNodeError)
  })
})

test('what is neither a name nor a Send is no destination', async () => {
  const graph = new Cairn(Log)
    .addNode('a', () => new Command({ goto: 7 as never }))
    .addEdge(START, 'a')
    .compile()
  expect(await endOf(graph.invoke({ log: [] }))).toMatchObject({ code: 'UNKNOWN_NODE', target: '7' })
})
