import { Annotation, START, Send, StateGraph } from '@cairn/graph'
import { StoreSaver, createLangchainCodec } from '@cairn/checkpoint'
import type { Commit } from '@cairn/engine'
import { MemoryStore } from '@cairn/engine/memory-store'
import { beforeEach, describe, expect, test } from 'vitest'

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
})
const thread = { configurable: { thread_id: 't' } }

class CountingStore extends MemoryStore {
  readonly commits: Commit[] = []

  override commit(commit: Commit): void {
    this.commits.push(commit)
    super.commit(commit)
  }
}

let store: CountingStore
beforeEach(() => {
  store = new CountingStore({ codec: createLangchainCodec() })
})

const log = (name: string) => (): { log: string[] } => ({ log: [name] })

function compiled() {
  const inner = new StateGraph(State).addNode('deep', log('deep')).addEdge(START, 'deep')
  return new StateGraph(State)
    .addNode('first', log('first'))
    .addNode('worker', log('worker'))
    .addNode('inner', inner.compile({ interruptAfter: ['deep'] }))
    .addEdge(START, 'first')
    .addConditionalEdges('first', ({ log: { length } }) => (length > 1 ? [new Send('worker', {})] : 'inner'))
    .compile({ checkpointer: new StoreSaver(store) })
}

describe('an edit of the state', () => {
  test('is one commit, of the checkpoint and what led to it', async () => {
    const graph = compiled()
    await graph.invoke({ log: [] }, { ...thread, interruptBefore: ['inner'] })
    store.commits.length = 0
    await graph.updateState(thread, { log: ['edited'] }, 'first')
    expect(store.commits).toHaveLength(1)
    expect(store.commits[0]!.writes.flatMap(({ writes }) => writes)).toContainEqual(['log', ['edited']])
    expect(store.commits[0]!.checkpoint!.metadata.source).toBe('update')
  })

  test('is gone on from, with what it sends', async () => {
    const graph = compiled()
    await graph.invoke({ log: [] }, { ...thread, interruptBefore: ['inner'] })
    await graph.updateState(thread, { log: ['edited'] }, 'first')
    expect(await graph.invoke(null, thread)).toEqual({ log: ['first', 'edited', 'worker'] })
  })

  test('is one commit in each of several supersteps', async () => {
    const graph = compiled()
    await graph.invoke({ log: [] }, { ...thread, interruptBefore: ['inner'] })
    store.commits.length = 0
    await graph.bulkUpdateState(thread, [
      { updates: [{ values: { log: ['one'] }, asNode: 'first' }] },
      { updates: [{ values: { log: ['two'] }, asNode: 'worker' }] },
    ])
    expect(store.commits.map(({ checkpoint }) => checkpoint?.metadata.source)).toEqual(['update', 'update'])
    expect((await graph.getState(thread)).values).toEqual({ log: ['first', 'one', 'two'] })
  })

  test('is one commit in a nested graph', async () => {
    const graph = compiled()
    await graph.invoke({ log: [] }, thread)
    const state = await graph.getState(thread, { subgraphs: true })
    const { config } = state.tasks[0]!.state as typeof state
    store.commits.length = 0
    const edited = await graph.updateState(config, { log: ['edited'] }, 'deep')
    expect(store.commits).toHaveLength(1)
    expect(store.commits[0]!.line.namespace).toMatch(/^inner:/)
    expect((await graph.getState(edited)).values).toEqual({ log: ['first', 'deep', 'edited'] })
  })

  test('that fails leaves nothing', async () => {
    const graph = compiled()
    await graph.invoke({ log: [] }, { ...thread, interruptBefore: ['inner'] })
    store.commits.length = 0
    await expect(graph.updateState(thread, { log: ['edited'] }, 'nobody')).rejects.toThrow('nobody')
    expect(store.commits).toEqual([])
  })
})
