// Nested graphs that remember (`checkpointer: true`) keep what they know in lines that are named after their nodes.
import { MemorySaver as LangGraphMemorySaver } from '@langchain/langgraph'
import {
  Annotation,
  Command,
  END,
  MemorySaver,
  START,
  StateGraph,
  interrupt,
  type BaseCheckpointSaver,
  type Migration,
} from '@cairn/graph'
import { describe, expect, test } from 'vitest'

const thread = { configurable: { thread_id: 't' } }
const Memory = Annotation.Root({
  seen: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
})

/** Calls a nested graph in each of three rounds, which asks and remembers what it was answered. */
function rounds(
  names: { outer: string; inner: string },
  checkpointer: BaseCheckpointSaver,
  options: { version?: string; migrations?: Migration[] } = {},
) {
  const remembering = new StateGraph(Memory)
    .addNode('ask', ({ seen }) => ({ seen: [interrupt<string, string>(`round ${seen.length}?`)] }))
    .addEdge(START, 'ask')
    .compile({ checkpointer: true })
  const State = Annotation.Root({ round: Annotation<number>, seen: Annotation<string> })
  const middle = (new StateGraph(State) as unknown as StateGraph<unknown, { round: number }, object, string>)
    .addNode(names.inner, async ({ round }) => {
      const { seen } = await remembering.invoke({})
      return { round: round + 1, seen: seen.join() }
    })
    .addEdge(START, names.inner)
    .compile({
      ...options,
      migrations: (options.migrations ?? []).map((each) => ({ ...each, nodes: pick(each, 'inner') })),
    })
  const builder = new StateGraph(State) as unknown as StateGraph<unknown, { round: number }, object, string>
  return builder
    .addNode(names.outer, middle as never)
    .addEdge(START, names.outer)
    .addConditionalEdges(names.outer, ({ round }) => (round < 3 ? names.outer : END))
    .compile({
      checkpointer,
      ...options,
      migrations: (options.migrations ?? []).map((each) => ({ ...each, nodes: pick(each, 'outer') })),
    })
}

function pick({ nodes = {} }: Migration, name: string): NonNullable<Migration['nodes']> {
  return Object.fromEntries(Object.entries(nodes).filter(([old]) => old === name))
}

const savers = [
  ["Cairn's store", () => new MemorySaver()],
  ["LangGraph's saver", () => new LangGraphMemorySaver() as unknown as BaseCheckpointSaver],
] as const

describe.each(savers)('with %s', (_, openSaver) => {
  test.each([
    [1, 'around', 'inner'],
    [2, 'around', 'inner'],
    [3, 'around', 'inner'],
    [2, 'outer', 'within'],
    [1, 'around', 'within'],
    [3, 'around', 'within'],
    // Between two runs: nothing is under way, and the graph is given a new input.
    [4, 'around', 'within'],
  ])('a nested graph that from answer %i on runs in %s › %s remembers', async (from, outer, inner) => {
    const saver = openSaver()
    const before = rounds({ outer: 'outer', inner: 'inner' }, saver)
    const after = rounds({ outer, inner }, saver, {
      version: '2',
      migrations: [{ from: '1', to: '2', nodes: { outer, inner } }],
    })
    const graphAt = (answer: number) => (answer >= from ? after : before)
    await graphAt(0).invoke({ round: 0 }, thread)
    for (const answer of [1, 2]) await graphAt(answer).invoke(new Command({ resume: `a${answer}` }), thread)
    expect(await graphAt(3).invoke(new Command({ resume: 'a3' }), thread)).toMatchObject({ seen: 'a1,a2,a3' })
    await after.invoke({ round: 2 }, thread)
    expect(await after.invoke(new Command({ resume: 'a4' }), thread)).toMatchObject({ seen: 'a1,a2,a3,a4' })
  })
})
