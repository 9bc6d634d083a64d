// Quick look at the cost of a superstep: `node --conditions=@cairn/source --import=tsx packages/graph/bench/loop.mts`.
// Ratios that count come from apps/bench.
import { Annotation, END, START, StateGraph as LangGraph } from '@langchain/langgraph'
import { StateGraph } from '../src/state-graph.ts'

const State = Annotation.Root({ count: Annotation<number>() })
const steps = 2_000
const build = (Graph: typeof LangGraph) =>
  new Graph(State)
    .addNode('step', ({ count }) => ({ count: count + 1 }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', ({ count }) => (count < steps ? 'step' : END))
    .compile()

const engines = { cairn: build(StateGraph), langgraph: build(LangGraph) }
const rounds = Number(process.argv[2] ?? 10)
for (const [name, graph] of Object.entries(engines)) {
  if (process.argv[3] !== undefined && process.argv[3] !== name) continue
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    const { count } = await graph.invoke({ count: 0 }, { recursionLimit: steps + 10 })
    const { user, system } = process.cpuUsage(before)
    if (count !== steps) throw new Error(`${name} counted to ${count}`)
    times.push((user + system) / steps)
  }
  console.log(
    name,
    'µs of CPU a step, best and median:',
    Math.min(...times).toFixed(1),
    times.toSorted((a, b) => a - b)[rounds >> 1]!.toFixed(1),
  )
}
