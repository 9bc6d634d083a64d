import { INTERRUPT as ASKED, StateGraph as LangGraphStateGraph } from '@langchain/langgraph'
import { Annotation, Command, MemorySaver, START, StateGraph, interrupt } from '@cairn/graph'
import { describe, expect, test } from 'vitest'

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
})
const thread = { configurable: { thread_id: 't' } }

/** `a` asks once; `b`, beside it, asks twice. */
function compiled(Graph: typeof LangGraphStateGraph = StateGraph) {
  return new Graph(State)
    .addNode('a', () => ({ log: [`a: ${interrupt('first?')}`] }))
    .addNode('b', () => ({ log: [`b: ${interrupt('second?')} ${interrupt('third?')}`] }))
    .addEdge(START, 'a')
    .addEdge(START, 'b')
    .compile({ checkpointer: new MemorySaver() })
}

type Graph = ReturnType<typeof compiled>

/** Asks, and answers the first and the second question, so that the third is the only one that is open. */
async function untilThird(graph: Graph): Promise<void> {
  const asked: unknown = await graph.invoke({ log: [] }, thread)
  const [first, second] = (asked as { [ASKED]: { id: string }[] })[ASKED]
  await graph.invoke(new Command({ resume: { [first!.id]: '1', [second!.id]: '2' } }), thread)
}

async function seen(graph: Graph) {
  const { next, tasks } = await graph.getState(thread)
  return { next, asks: tasks.flatMap(({ interrupts }) => interrupts.map(({ value }) => value as unknown)) }
}

describe('the state of a thread that waits for an answer', () => {
  test('shows no question of a task that has finished', async () => {
    const graph = compiled()
    await untilThird(graph)
    expect((await seen(graph)).asks).toEqual(['third?'])
  })

  test('names the node that has asked again as the next', async () => {
    const graph = compiled()
    await untilThird(graph)
    expect((await seen(graph)).next).toEqual(['b'])
  })

  test('is enough to bring the thread to its end', async () => {
    const graph = compiled()
    await graph.invoke({ log: [] }, thread)
    for (
      let state = await graph.getState(thread);
      state.next.length > 0;
      state = await graph.getState(thread)
    ) {
      const open = state.tasks.flatMap(({ interrupts }) => interrupts.map(({ id, value }) => [id, value]))
      await graph.invoke(new Command({ resume: Object.fromEntries(open) as Record<string, string> }), thread)
    }
    expect((await graph.getState(thread)).values).toEqual({ log: ['a: first?', 'b: second? third?'] })
  })

  test('keeps what was asked in the history', async () => {
    const graph = compiled()
    await untilThird(graph)
    for await (const { tasks } of graph.getStateHistory(thread)) {
      expect(tasks.map(({ interrupts }) => interrupts[0]?.value as unknown)).toEqual(['first?', 'third?'])
      break
    }
  })

  test('differs from that of LangGraph, which shows answered questions and takes the thread for ended', async () => {
    const graph = compiled(LangGraphStateGraph)
    await untilThird(graph)
    expect(await seen(graph)).toEqual({ next: [], asks: ['first?', 'third?'] })
  })
})
