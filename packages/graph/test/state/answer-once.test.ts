// An answer is for one question. Whoever goes on with a thread without an answer gives none: what was answered before
// counts for the question that it was given to, and only for that.
import { StateGraph as LangGraphStateGraph } from '@langchain/langgraph'
import {
  Annotation,
  Command,
  MemorySaver,
  START,
  StateGraph,
  interrupt,
  type StateSnapshot,
} from '@cairn/graph'
import { beforeEach, describe, expect, test } from 'vitest'

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
})
const thread = { configurable: { thread_id: 't' } }

/** Whether nodes fail once they have their answers, as if their process had been killed. */
let isDown = false
beforeEach(() => {
  isDown = false
})

const asking =
  (...questions: string[]) =>
  () => {
    const answers = questions.map((question) => `${question} ${String(interrupt(question))}`)
    if (isDown) throw new Error('killed')
    return { log: answers }
  }

/** One node that asks twice. */
const flat = (): Graph =>
  new StateGraph(State)
    .addNode('ask', asking('first?', 'second?'))
    .addEdge(START, 'ask')
    .compile({ checkpointer: new MemorySaver() })

/** Two nodes that ask one after the other, in a nested graph. */
function nested() {
  const inner = new StateGraph(State)
    .addNode('one', asking('first?'))
    .addNode('two', asking('second?'))
    .addEdge(START, 'one')
    .addEdge('one', 'two')
  return around(inner.compile())
}

/** A node that asks twice, in a nested graph. */
function nestedNode() {
  const inner = new StateGraph(State).addNode('ask', asking('first?', 'second?')).addEdge(START, 'ask')
  return around(inner.compile())
}

/** What is the same for all of these graphs. */
interface Graph {
  invoke(input: unknown, config: object): Promise<unknown>
  getState(config: object): Promise<StateSnapshot>
}

function around(inner: Graph): Graph {
  return new StateGraph(State)
    .addNode('inner', inner as never)
    .addEdge(START, 'inner')
    .compile({ checkpointer: new MemorySaver() })
}

const graphs: readonly (readonly [string, () => Graph])[] = [
  ['a node that asks twice', flat],
  ['a nested graph that asks twice', nested],
  ['a node in a nested graph that asks twice', nestedNode],
]

async function open(graph: Graph): Promise<{ id: string; value: unknown }[]> {
  const { tasks }: StateSnapshot = await graph.getState(thread)
  return tasks.flatMap(({ interrupts }) =>
    interrupts.map(({ id, value }) => ({ id: id!, value: value as unknown })),
  )
}

async function lastTwo(graph: Graph): Promise<string[]> {
  const { log } = (await graph.getState(thread)).values as typeof State.State
  return log.slice(-2)
}

const plainly = async (_: Graph, answer: string) => new Command({ resume: answer })
const byId = async (graph: Graph, answer: string) => {
  const [question] = await open(graph)
  return new Command({ resume: { [question!.id]: answer } })
}

for (const [what, compiled] of graphs) {
  for (const [how, command] of [
    ['plainly', plainly],
    ['by id', byId],
  ] as const) {
    describe(`${what}, answered ${how}`, () => {
      test('keeps its second question open when it is gone on with', async () => {
        const graph = compiled()
        await graph.invoke({ log: [] }, thread)
        await graph.invoke(await command(graph, 'A'), thread)
        expect(await open(graph)).toMatchObject([{ value: 'second?' }])
        await graph.invoke(null, thread)
        expect(await open(graph)).toMatchObject([{ value: 'second?' }])
        await graph.invoke(await command(graph, 'B'), thread)
        expect(await lastTwo(graph)).toEqual(['first? A', 'second? B'])
      })

      test('needs no second answer when it was killed with the first', async () => {
        const graph = compiled()
        await graph.invoke({ log: [] }, thread)
        await graph.invoke(await command(graph, 'A'), thread)
        isDown = true
        await expect(graph.invoke(await command(graph, 'B'), thread)).rejects.toThrow('killed')
        isDown = false
        await graph.invoke(null, thread)
        expect(await open(graph)).toEqual([])
        expect(await lastTwo(graph)).toEqual(['first? A', 'second? B'])
      })

      test('tells a second answer from the first when both are the same', async () => {
        const graph = compiled()
        await graph.invoke({ log: [] }, thread)
        await graph.invoke(await command(graph, 'yes'), thread)
        isDown = true
        await expect(graph.invoke(await command(graph, 'yes'), thread)).rejects.toThrow('killed')
        isDown = false
        await graph.invoke(null, thread)
        expect(await lastTwo(graph)).toEqual(['first? yes', 'second? yes'])
      })
    })
  }
}

test('an answer that is given at a breakpoint, before anything was asked, is for the first question', async () => {
  const graph = flat()
  await graph.invoke({ log: [] }, { ...thread, interruptBefore: ['ask'] })
  await graph.invoke(new Command({ resume: 'A' }), { ...thread, interruptBefore: ['ask'] })
  expect(await open(graph)).toMatchObject([{ value: 'second?' }])
  await graph.invoke(null, thread)
  expect(await open(graph)).toMatchObject([{ value: 'second?' }])
})

test('an answer to one task is not for another that asks later', async () => {
  let isLateReady = false
  const graph = new StateGraph(State)
    .addNode('early', asking('early?'))
    .addNode('late', () => {
      if (!isLateReady) throw new Error('not ready')
      return asking('late?')()
    })
    .addEdge(START, 'early')
    .addEdge(START, 'late')
    .compile({ checkpointer: new MemorySaver() })
  await expect(graph.invoke({ log: [] }, thread)).rejects.toThrow('not ready')
  isLateReady = true
  await graph.invoke(new Command({ resume: 'A' }), thread)
  expect(await open(graph)).toMatchObject([{ value: 'late?' }])
  await graph.invoke(null, thread)
  expect(await open(graph)).toMatchObject([{ value: 'late?' }])
})

test('an update that came with an answer stays when the node asks again', async () => {
  const graph = flat()
  await graph.invoke({ log: [] }, thread)
  await graph.invoke(new Command({ resume: 'A', update: { log: ['one'] } }), thread)
  await graph.invoke(new Command({ resume: 'B', update: { log: ['two'] } }), thread)
  const { log } = (await graph.getState(thread)).values as typeof State.State
  expect(log).toEqual(['one', 'two', 'first? A', 'second? B'])
})

test('LangGraph loses the update that came with the first answer', async () => {
  const graph: Graph = new LangGraphStateGraph(State)
    .addNode('ask', asking('first?', 'second?'))
    .addEdge(START, 'ask')
    .compile({ checkpointer: new MemorySaver() })
  await graph.invoke({ log: [] }, thread)
  await graph.invoke(new Command({ resume: 'A', update: { log: ['one'] } }), thread)
  await graph.invoke(new Command({ resume: 'B', update: { log: ['two'] } }), thread)
  const { log } = (await graph.getState(thread)).values as typeof State.State
  expect(log).toEqual(['two', 'first? A', 'second? B'])
})
