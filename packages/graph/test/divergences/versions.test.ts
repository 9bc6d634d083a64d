// A graph that has changed while a thread waited.
import { Annotation, Command, MemorySaver, START, interrupt } from '@langchain/langgraph'
import { expect, test } from 'vitest'
import { Cairn, LangGraph, endOf, thread, type Builder } from './both-engines.ts'

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
})

/** The thread is begun with a graph that asks in `ask`, and gone on with one that calls this node otherwise. */
async function renamedWhileItWaits(StateGraph: Builder): Promise<unknown> {
  const checkpointer = new MemorySaver()
  const graph = (name: string) =>
    new StateGraph(State)
      .addNode(name, () => ({ log: [interrupt<string, string>('which?')] }))
      .addEdge(START, name as typeof START)
      .compile({ checkpointer })
  await graph('ask').invoke({ log: ['asked'] }, thread)
  return endOf(graph('question').invoke(new Command({ resume: 'that' }), thread))
}

test('LangGraph ends a thread whose node was renamed, and drops the answer', async () => {
  expect(await renamedWhileItWaits(LangGraph)).toEqual({ log: ['asked'] })
})

test('Cairn says what would be lost', async () => {
  expect(await renamedWhileItWaits(Cairn as unknown as Builder)).toMatchObject({
    code: 'INCOMPATIBLE_GRAPH',
    losses: [{ kind: 'task', node: 'ask', why: 'gone' }],
  })
})
