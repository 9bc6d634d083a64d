// Programs that random-programs.test.ts has found to run differently, smallest form.
import { MemorySaver, START, type StateSnapshot } from '@langchain/langgraph'
import { expect, test } from 'vitest'
import { differential } from '../differential/harness/differential.ts'
import { historyOf } from '../differential/harness/observe.ts'
import { Log, noting } from '../differential/harness/states.ts'
import { compareProgram } from './compare-program.ts'
import type { ChildProgram, Link, NodeProgram, Program, Turn } from './program.ts'

type Sketch = Partial<Omit<Program, 'nodes'>> & { readonly nodes: readonly Partial<NodeProgram>[] }

function sameProgram(name: string, sketch: Sketch): void {
  test(`${name}, as in LangGraph`, async () => {
    const { kind, differences } = await compareProgram(programOf(sketch))
    expect({ kind, differences }).toEqual({ kind: 'ran', differences: [] })
  })
}

function programOf({ nodes, ...given }: Sketch): Program {
  const plain: NodeProgram = {
    act: 'notes',
    writesLast: false,
    isDeferred: false,
    goTo: [],
    child: undefined,
  }
  return {
    state: 'folded',
    links: [edge(-1, 0)],
    before: [],
    after: [],
    keeping: "LangGraph's",
    turns: [go],
    ...given,
    nodes: nodes.map((node) => ({ ...plain, ...node })),
  }
}

function childOf(given: Partial<ChildProgram>): ChildProgram {
  return {
    nodes: [],
    isParallel: false,
    checkpointer: undefined,
    engine: 'Cairn',
    calls: 0,
    hasBreakpoint: false,
    leavesTo: undefined,
    ...given,
  }
}

const notes = { act: 'notes', child: undefined } as const
const go: Turn = { kind: 'go', choice: 0, options: {}, isStreamed: true }
const edge = (from: number, to: number): Link => ({ kind: 'edge', from, to })

sameProgram('what a task in a nested graph asks is told twice', {
  nodes: [{ child: childOf({ nodes: [{ act: 'taskAsks', child: undefined }] }) }],
  turns: [go, go],
})

sameProgram('checkpoints are streamed as those that are stored, by a run that stores at its end', {
  nodes: [{ act: 'later' }, {}],
  links: [edge(-1, 0), edge(0, 1)],
  turns: [go, { kind: 'edits', supersteps: [[0]] }, { ...go, options: { durability: 'exit' } }, go],
})

sameProgram('a breakpoint is told under the namespace of the nested graph that the run goes on from', {
  nodes: [
    { child: childOf({ nodes: [{ ...notes, child: childOf({ nodes: [notes], hasBreakpoint: true }) }] }) },
  ],
  turns: [go, { kind: 'travelInside', choice: 0, options: {} }, go],
})

sameProgram('a graph that remembers is taken up as it is by a command for the past', {
  nodes: [{}, { act: 'asks' }, { child: childOf({ nodes: [notes], checkpointer: true }) }],
  links: [edge(-1, 0), edge(0, 1), edge(0, 2)],
  turns: [
    go,
    { ...go, options: { interruptBefore: '*' } },
    { kind: 'travel', to: 1, input: 'command', options: {} },
    go,
  ],
})

sameProgram('a command for the graph around that comes after a question counts, and the question is gone', {
  nodes: [
    {
      child: childOf({
        isParallel: true,
        nodes: [
          { act: 'asks', child: undefined },
          { act: 'leaves', child: undefined },
        ],
      }),
    },
  ],
  turns: [go, go],
})

differential(
  'a nested graph whose state was edited before it ran goes on from there',
  async ({ StateGraph }) => {
    const inner = new StateGraph(Log).addNode('inner', noting('inner')).addEdge(START, 'inner').compile()
    const graph = new StateGraph(Log)
      .addNode('first', noting('first'))
      .addNode('nested', inner)
      .addEdge(START, 'first')
      .addEdge('first', 'nested')
      .compile({ checkpointer: new MemorySaver(), interruptBefore: ['nested'] })
    const thread = { configurable: { thread_id: 't' } }
    await graph.invoke({}, thread)
    const [due] = (await graph.getState(thread, { subgraphs: true })).tasks
    const { config } = due!.state as StateSnapshot
    const edited = await graph.updateState(config, { log: ['edit'] })
    return { result: await graph.invoke(null, edited), history: await historyOf(graph) }
  },
)
