// LangSmith's own tools beside the environment: a tracer as a callback, run trees, traceable functions.
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises'
import { RunnableLambda } from '@langchain/core/runnables'
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain'
import { RunCollectorCallbackHandler } from '@langchain/core/tracers/run_collector'
import { START } from '@langchain/langgraph'
import { RunTree, type Client } from 'langsmith'
import { getLangchainCallbacks } from 'langsmith/langchain'
import { getCurrentRunTree, traceable, withRunTree } from 'langsmith/traceable'
import { differential } from './harness/differential.ts'
import { compareText } from './harness/masked.ts'
import { Counter, Log, noting } from './harness/states.ts'

interface SentRun {
  readonly id: string
  readonly name: string
  readonly parent_run_id?: string
  readonly dotted_order: string
  readonly [field: string]: unknown
}

/** A client of LangSmith that keeps what it should send. */
class KeepingClient {
  readonly #begun: SentRun[] = []
  #ended = 0

  get asClient(): Client {
    return this as unknown as Client
  }

  async createRun(run: SentRun): Promise<void> {
    this.#begun.push({ ...run })
  }

  async updateRun(): Promise<void> {
    this.#ended++
  }

  async awaitPendingTraceBatches(): Promise<void> {}

  async traced(): Promise<unknown> {
    await awaitAllCallbacks()
    const names = new Map(this.#begun.map(({ id, name }) => [id, name]))
    const runs = this.#begun
      .toSorted((a, b) => compareText(a.dotted_order, b.dotted_order))
      .map(({ name, parent_run_id: parent, run_type, tags, inputs }) => {
        return { name, parent: parent === undefined ? undefined : names.get(parent), run_type, tags, inputs }
      })
    return { runs, ended: this.#ended }
  }
}

differential(
  'a tracer that is passed as a callback is told of traceable functions too',
  async ({ StateGraph }) => {
    const client = new KeepingClient()
    const plusOne = traceable(async (n: number) => n + 1, { name: 'plus one' })
    const graph = new StateGraph(Counter)
      .addNode('a', async ({ n }) => ({ n: await plusOne(n) }))
      .addNode('b', RunnableLambda.from(async () => ({ n: await plusOne(1) })) as never)
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .compile()
    const tracer = new LangChainTracer({ client: client.asClient, projectName: 'project' })
    await graph.invoke({ n: 1 }, { callbacks: [tracer] })
    return client.traced()
  },
)

differential('a graph runs within a run tree', async ({ StateGraph }) => {
  const client = new KeepingClient()
  const graph = new StateGraph(Log)
    .addNode('a', async () => ({ log: [String(getCurrentRunTree(true)?.name)] }))
    .addEdge(START, 'a')
    .compile()
  const tracing = { client: client.asClient, tracingEnabled: true }
  const root = new RunTree({ name: 'root', project_name: 'project', ...tracing })
  await root.postRun()
  const around = traceable(async () => graph.invoke({}), { name: 'around', ...tracing })
  return [
    await graph.invoke({}, { callbacks: (await getLangchainCallbacks(root)) as never }),
    await withRunTree(root, () => graph.invoke({})),
    await around(),
    await client.traced(),
  ]
})

differential('a node opens a trace of its own in a run that nobody traces', async ({ StateGraph }) => {
  const client = new KeepingClient()
  const own = traceable(
    async (n: number) =>
      RunnableLambda.from((x: number) => x + 1)
        .withConfig({ runName: 'below' })
        .invoke(n),
    { name: 'own', client: client.asClient, tracingEnabled: true },
  )
  const graph = new StateGraph(Counter)
    .addNode('a', async ({ n }) => ({ n: await own(n) }))
    .addEdge(START, 'a')
    .compile()
  return [await graph.invoke({ n: 1 }), await client.traced()]
})

interface CollectedRun {
  readonly name: string
  readonly child_runs: readonly CollectedRun[]
  readonly [field: string]: unknown
}

differential('a collector of runs has the tree of a run', async ({ StateGraph }) => {
  const collector = new RunCollectorCallbackHandler()
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addEdge(START, 'a')
    .addConditionalEdges('a', function toTheEnd() {
      return '__end__'
    })
    .compile()
  await graph.invoke({}, { callbacks: [collector] })
  const shown = ({ name, child_runs: children, ...run }: CollectedRun): unknown => {
    const { run_type, inputs, outputs, tags, extra, serialized, execution_order, child_execution_order } = run
    const order = [execution_order, child_execution_order]
    return { name, run_type, inputs, outputs, tags, extra, serialized, order, children: children.map(shown) }
  }
  return collector.tracedRuns.map((run) => shown(run as never))
})
