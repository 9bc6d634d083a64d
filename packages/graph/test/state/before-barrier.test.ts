// A process may die when every task of a superstep has finished and is kept, and the checkpoint after them is not.
import { Annotation, END, START, Send, StateGraph } from '@cairn/graph'
import { StoreSaver, createLangchainCodec } from '@cairn/checkpoint'
import type { Commit } from '@cairn/engine'
import { MemoryStore } from '@cairn/engine/memory-store'
import { describe, expect, test } from 'vitest'

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
})
const thread = { configurable: { thread_id: 't' } }

/** Keeps writes, and from this step on no checkpoints, until it is mended. */
class FailingStore extends MemoryStore {
  lastStep: number

  constructor(lastStep: number) {
    super({ codec: createLangchainCodec() })
    this.lastStep = lastStep
  }

  override commit(commit: Commit): void {
    if ((commit.checkpoint?.metadata.step ?? -2) > this.lastStep) throw new Error('killed')
    super.commit(commit)
  }
}

const logging = (name: string) => async () => {
  await new Promise((resolve) => setImmediate(resolve))
  return { log: [name] }
}

/** A thread that stands before the barrier that would have made the checkpoint after `lastStep`. */
async function stopped(lastStep: number) {
  const store = new FailingStore(lastStep)
  const graph = new StateGraph(State)
    .addNode('split', logging('split'))
    .addNode('worker', logging('worker'))
    .addNode('left', logging('left'))
    .addNode('join', logging('join'))
    .addEdge(START, 'split')
    .addConditionalEdges('split', () => [new Send('worker', {}), new Send('worker', {}), 'left'])
    .addEdge('worker', 'join')
    .addEdge('join', END)
    .compile({ checkpointer: new StoreSaver(store) })
  await expect(graph.invoke({ log: ['begun'] }, thread)).rejects.toThrow('killed')
  store.lastStep = Infinity
  return graph
}

describe('a thread whose superstep has finished, but for its checkpoint', () => {
  test('shows the nodes after it as the next', async () => {
    const { values, next, tasks } = await (await stopped(0)).getState(thread)
    expect(values).toEqual({ log: ['begun', 'split'] })
    expect(next).toEqual(['worker', 'worker', 'left'])
    expect(tasks.map(({ name }) => name)).toEqual(['split'])
  })

  test('shows them after tasks that were sent', async () => {
    const graph = await stopped(1)
    expect((await graph.getState(thread)).next).toEqual(['join'])
    expect(await graph.invoke(null, thread)).toEqual({
      log: ['begun', 'split', 'left', 'worker', 'worker', 'join'],
    })
  })

  test('shows none when it is the last', async () => {
    const graph = await stopped(2)
    const state = await graph.getState(thread)
    expect(state.next).toEqual([])
    expect(await graph.invoke(null, thread)).toEqual(state.values)
  })

  test('shows the first nodes when it is that of the input', async () => {
    const graph = await stopped(-1)
    expect((await graph.getState(thread)).next).toEqual(['split'])
  })
})
