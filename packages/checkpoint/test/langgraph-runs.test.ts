// LangGraph itself runs on a StoreSaver, and what is stored is compared with what its own saver stores.
import { HumanMessage, type BaseMessage } from '@langchain/core/messages'
import {
  Annotation,
  Command,
  END,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  Send,
  START,
  StateGraph,
  type BaseCheckpointSaver,
  type CheckpointTuple,
} from '@langchain/langgraph'
import { MemoryStore } from '@cairn/engine/memory-store'
import { createLangchainCodec, StoreSaver } from '@cairn/checkpoint'
import { describe, expect, test } from 'vitest'

const newSaver = (): StoreSaver => new StoreSaver(new MemoryStore({ codec: createLangchainCodec() }))
const thread = { configurable: { thread_id: 'thread' } }

describe('what LangGraph stores is what its own saver stores', () => {
  test('in a run with a fan-out by sends, and an interrupt that is answered', async () => {
    const State = Annotation.Root({
      topics: Annotation<string[]>,
      notes: Annotation<string[]>({ reducer: (left, right) => [...left, ...right], default: () => [] }),
      verdict: Annotation<string>,
    })
    const graph = new StateGraph(State)
      .addNode('plan', () => ({ topics: ['a', 'b', 'c'] }))
      .addNode('write', ({ topics }) => ({ notes: topics.map((topic) => `note ${topic}`) }))
      .addNode('review', () => ({ verdict: interrupt<string, string>('good?') }))
      .addEdge(START, 'plan')
      .addConditionalEdges('plan', ({ topics }) =>
        topics.map((topic) => new Send('write', { topics: [topic] })),
      )
      .addEdge('write', 'review')
      .addEdge('review', END)
    const results: unknown[] = []
    const [ours, theirs] = [newSaver(), new MemorySaver()]
    for (const checkpointer of [ours, theirs]) {
      const compiled = graph.compile({ checkpointer })
      await compiled.invoke({ topics: [] }, thread)
      results.push(await compiled.invoke(new Command({ resume: 'yes' }), thread))
    }
    expect(results[0]).toEqual({
      topics: ['a', 'b', 'c'],
      notes: ['note a', 'note b', 'note c'],
      verdict: 'yes',
    })
    expect(results[0]).toEqual(results[1])
    expect(await stored(ours)).toEqual(await stored(theirs))
  })

  test('in a run with messages and a nested graph', async () => {
    const child = new StateGraph(MessagesAnnotation)
      .addNode('answer', ({ messages }) => ({ messages: [reply(messages)] }))
      .addNode('ask', ({ messages }) => {
        const answer = interrupt<number, string>(messages.length)
        return { messages: [new HumanMessage({ content: answer, id: 'asked' })] }
      })
      .addEdge(START, 'answer')
      .addEdge('answer', 'ask')
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('child', child.compile())
      .addNode('last', ({ messages }) => ({ messages: [reply(messages)] }))
      .addEdge(START, 'child')
      .addEdge('child', 'last')
    const [ours, theirs] = [newSaver(), new MemorySaver()]
    for (const checkpointer of [ours, theirs]) {
      const compiled = graph.compile({ checkpointer })
      await compiled.invoke({ messages: [new HumanMessage({ content: 'hi', id: 'first' })] }, thread)
      const { messages } = await compiled.invoke(new Command({ resume: 'well' }), thread)
      expect(messages.map(({ text }) => text)).toEqual(['hi', 'reply 1', 'well', 'reply 3'])
    }
    expect(await stored(ours)).toEqual(await stored(theirs))
  })

  test.each(['sync', 'async', 'exit'] as const)('with durability %s', async (durability) => {
    const graph = counter()
    const [ours, theirs] = [newSaver(), new MemorySaver()]
    for (const checkpointer of [ours, theirs]) {
      const compiled = graph.compile({ checkpointer })
      for (const count of [1, 5]) await compiled.invoke({ count }, { ...thread, durability })
    }
    expect(await stored(ours)).toEqual(await stored(theirs))
  })
})

describe('time travel of LangGraph works', () => {
  test('forking, updating and resuming from any checkpoint, the first included', async () => {
    const histories: unknown[] = []
    for (const checkpointer of [newSaver(), new MemorySaver()]) {
      const compiled = counter().compile({ checkpointer })
      await compiled.invoke({ count: 1 }, thread)
      const history = await collect(compiled.getStateHistory(thread))
      for (const { config, values } of history.toReversed()) {
        const fork = await compiled.updateState(config, null, '__copy__')
        expect((await compiled.getState(fork)).values).toEqual(values)
      }
      const early = history.at(-2)!.config
      const edited = await compiled.updateState(early, { count: 10 }, 'add')
      expect((await compiled.getState(edited)).values).toMatchObject({ count: 11 })
      await compiled.invoke(null, edited)
      histories.push(
        (await collect(compiled.getStateHistory(thread))).map(({ values, next }) => ({
          values,
          next,
        })),
      )
    }
    expect(histories[0]).toEqual(histories[1])
  })
})

function counter() {
  const State = Annotation.Root({
    count: Annotation<number>({ reducer: (left, right) => left + right, default: () => 0 }),
    large: Annotation<{ text: string }>,
  })
  return new StateGraph(State)
    .addNode('add', () => ({ count: 1 }))
    .addNode('fill', () => ({ large: { text: 'x'.repeat(1000) } }))
    .addNode('more', () => ({ count: 1 }))
    .addEdge(START, 'add')
    .addEdge('add', 'fill')
    .addEdge('fill', 'more')
}

function reply(messages: readonly BaseMessage[]): BaseMessage {
  const length = messages.length
  return new HumanMessage({ content: `reply ${length}`, id: `reply-${length}` })
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

/** All records of a saver, without what differs from run to run: ids and times. Ids are numbered as they appear. */
async function stored(saver: BaseCheckpointSaver): Promise<unknown> {
  const tuples = await collect(saver.list({}))
  tuples.sort((left, right) => (left.checkpoint.id < right.checkpoint.id ? -1 : 1))
  const numbers = new Map<string, number>()
  const numbered = (text: string): string =>
    text.replaceAll(
      /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b/g,
      (id) => {
        if (!numbers.has(id)) numbers.set(id, numbers.size)
        return `id-${numbers.get(id)}`
      },
    )
  return tuples.map((tuple) => JSON.parse(numbered(JSON.stringify(comparable(tuple)))) as unknown)
}

function comparable({ checkpoint, pendingWrites = [], ...tuple }: CheckpointTuple): unknown {
  const { ts: _, ...record } = checkpoint
  // Task ids are made from checkpoint ids, so the order of tasks that is not their paths' is not the same twice.
  const writes = pendingWrites
    .map(([, channel, value]) => JSON.stringify([channel, withoutMark(value)]))
    .toSorted()
  return { ...tuple, record: withoutMark(record), writes }
}

/** LangGraph's own saver stores a send without the name that tells it apart. */
function withoutMark(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => (key === 'lg_name' && part === 'Send' ? undefined : part)),
  )
}
