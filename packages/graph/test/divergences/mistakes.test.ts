// Several mistakes in one definition.
import { START, UnreachableNodeError } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { Log, noting } from '../differential/harness/states.ts'
import { Cairn, LangGraph, type Builder } from './both-engines.ts'

describe('a graph with several mistakes', () => {
  const build = (StateGraph: Builder) =>
    new StateGraph(Log)
      .addNode('plan', noting('plan'))
      .addNode('alone', noting('alone'))
      .addNode('goes', noting('goes'), { ends: ['nowhere' as 'plan'] })
      .addEdge(START, 'plan')
      .addEdge('plan', 'goes')
      .addEdge('plan', 'goess' as 'goes')
      .compile({ interruptBefore: ['paln'] as never })
  const caught = (StateGraph: Builder) => {
    try {
      return build(StateGraph)
    } catch (error) {
      return error as Error & { cause: { code: string; problems: string[] } }
    }
  }

  test('is told the first of them by LangGraph', () => {
    const error = caught(LangGraph) as Error
    expect(error).toBeInstanceOf(UnreachableNodeError)
    expect(error.message).toMatch(/^Node `alone` is not reachable\.[^]*UNREACHABLE_NODE\/\n$/)
  })

  test('is told all of them by Cairn, in the same error', () => {
    const error = caught(Cairn) as Error & { cause: { code: string; problems: string[] } }
    expect(error).toBeInstanceOf(UnreachableNodeError)
    expect(error).toMatchObject({ lc_error_code: 'UNREACHABLE_NODE', cause: { code: 'INVALID_PLAN' } })
    expect(error.message).toContain((caught(LangGraph) as Error).message)
    const problems = [
      'Node "plan" goes to "goess", but the graph has no node of that name. Did you mean "goes"? Its nodes are: plan, alone, goes.',
      'Node "goes" goes to "nowhere", but the graph has no node of that name. Its nodes are: plan, alone, goes.',
      'Nothing leads to node "alone".',
      'The graph is to be interrupted at "paln", but has no node of that name.',
    ]
    expect(error.cause.problems).toEqual(problems)
    for (const problem of problems) expect(error.message).toContain(`- ${problem}`)
    expect(error.stack).toContain('Nothing leads to node "alone".')
  })

  test('is told those of its joins, too', () => {
    const graph = new Cairn(Log)
      .addNode('a', noting('a'))
      .addEdge(START, 'a')
      .addJoin(['a', 'b' as 'a'], 'c' as 'a')
    expect(() => graph.compile()).toThrow(
      'Found edge starting at unknown node `b`\n\nGraph "graph" has 2 mistakes:\n' +
        '- "c" waits for "b", but the graph has no node of that name.\n' +
        '- Node "a+b" goes to "c", but the graph has no node of that name.',
    )
  })
})
