// A nested graph with `checkpointer: true` has one line of checkpoints, to which each call adds.
import { Annotation, END, START, StateGraph as LangGraphStateGraph } from '@langchain/langgraph'
import { Command, MemorySaver, StateGraph, interrupt } from '@cairn/graph'
import { expect, test } from 'vitest'

const State = Annotation.Root({
  round: Annotation<number>,
  seen: Annotation<string>,
})
const Memory = Annotation.Root({
  round: Annotation<number>,
  memory: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
})
const thread = { configurable: { thread_id: 't' } }

/** Calls a graph that remembers in each of two rounds; `before` is called first, with the number of the round. */
function twoRounds(
  Graph: typeof LangGraphStateGraph,
  before: (round: number) => void,
  learn: (round: number) => string = String,
) {
  const inner = new Graph(Memory)
    .addNode('learn', ({ round }) => ({ memory: [learn(round)] }))
    .addEdge(START, 'learn')
    .compile({ checkpointer: true })
  return new Graph(State)
    .addNode('call', async ({ round }) => {
      before(round)
      const { memory } = await inner.invoke({ round })
      return { round: round + 1, seen: memory.join() }
    })
    .addEdge(START, 'call')
    .addConditionalEdges('call', ({ round }) => (round < 2 ? 'call' : END))
    .compile({ checkpointer: new MemorySaver() })
}

function failingOnce(at: number) {
  let isDown = true
  return (round: number) => {
    if (round !== at || !isDown) return
    isDown = false
    throw new Error('killed')
  }
}

test('a call that a crash kept from beginning is made when the thread goes on', async () => {
  const graph = twoRounds(StateGraph, failingOnce(1))
  await expect(graph.invoke({ round: 0 }, thread)).rejects.toThrow('killed')
  expect(await graph.invoke(null, thread)).toEqual({ round: 2, seen: '0,1' })
})

test('LangGraph leaves such a call out', async () => {
  const graph = twoRounds(LangGraphStateGraph, failingOnce(1))
  await expect(graph.invoke({ round: 0 }, thread)).rejects.toThrow('killed')
  expect(await graph.invoke(null, thread)).toEqual({ round: 2, seen: '0' })
})

test('a call that has ended is not made again when its task is', async () => {
  let isDown = true
  let runs = 0
  const inner = new StateGraph(Memory)
    .addNode('learn', () => ({ memory: [`run ${++runs}`] }))
    .addEdge(START, 'learn')
    .compile({ checkpointer: true })
  const graph = new StateGraph(State)
    .addNode('call', async ({ round }) => {
      const { memory } = await inner.invoke({ round })
      if (isDown) throw new Error('killed')
      return { seen: memory.join() }
    })
    .addEdge(START, 'call')
    .compile({ checkpointer: new MemorySaver() })
  await expect(graph.invoke({ round: 0 }, thread)).rejects.toThrow('killed')
  isDown = false
  expect(await graph.invoke(null, thread)).toEqual({ round: 0, seen: 'run 1' })
})

test('a question of a later call is answered in that call', async () => {
  const learn = (round: number) => (round === 1 ? `1 ${String(interrupt('sure?'))}` : String(round))
  const graph = twoRounds(StateGraph, () => undefined, learn)
  await graph.invoke({ round: 0 }, thread)
  expect(await graph.invoke(new Command({ resume: 'yes' }), thread)).toEqual({ round: 2, seen: '0,1 yes' })
})

test('a call that waits is gone on with although the state around it was edited', async () => {
  const learn = (round: number) => (round === 1 ? `1 ${String(interrupt('sure?'))}` : String(round))
  for (const Graph of [StateGraph, LangGraphStateGraph]) {
    const graph = twoRounds(Graph, () => undefined, learn)
    await graph.invoke({ round: 0 }, thread)
    await graph.updateState(thread, { seen: 'edited' }, 'call')
    await graph.invoke(null, thread)
    expect(await graph.invoke(new Command({ resume: 'yes' }), thread)).toMatchObject({ seen: '0,1 yes' })
  }
})
