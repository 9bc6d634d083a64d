// The work in the vocabulary that LangGraph and Cairn share, so that both run the very same graphs.
import type * as LangGraph from '@langchain/langgraph'
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises'
import { HumanMessage, type BaseMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import type { createReactAgent } from '@langchain/langgraph/prebuilt'
import { z } from 'zod'
import type { Program, Storage } from '../engine.ts'
import type { FanOutWork, NodeKind, Result, Work } from '../workload.ts'
import { documentOf } from '../workloads/idle-channel.ts'
import { ScriptedModel, TOOL_NAME } from './scripted-model.ts'

/** Whether LangGraph's next superstep waits until the last one's checkpoint is stored (`sync`) or not. */
export type Durability = 'async' | 'sync'

/** What an engine has to bring along. */
export interface Vocabulary extends Pick<
  typeof LangGraph,
  'Annotation' | 'END' | 'START' | 'Send' | 'StateGraph'
> {
  readonly createReactAgent: typeof createReactAgent
  openMemory(): BaseCheckpointSaver
  /** A saver on the file at this path, on a connection of its own. */
  openSqlite(path: string): ClosableSaver
  /** Goes into every run with SQLite. */
  readonly durability?: Durability
}

interface ClosableSaver {
  readonly saver: BaseCheckpointSaver
  close(): void
}

type State = Record<string, unknown>

/** What the programs use of a compiled graph. */
interface Graph {
  invoke(input: State, options: RunOptions): Promise<State>
  stream(input: State, options: StreamOptions): Promise<AsyncIterable<readonly [mode: string, chunk: State]>>
  streamEvents(
    input: State,
    options: RunOptions & { readonly version: 'v2' },
  ): AsyncIterable<{ readonly event: string; readonly name: string }>
  getState(options: RunOptions): Promise<{ readonly values: State }>
}

interface RunOptions {
  readonly recursionLimit: number
  readonly durability?: Durability
  readonly configurable?: { readonly thread_id: string }
  readonly callbacks?: readonly object[]
}

interface StreamOptions extends RunOptions {
  readonly streamMode: ('values' | 'updates')[]
}

/** A graph not yet compiled, what it is given, and what is read from its final state. */
interface Design {
  compile(saver: BaseCheckpointSaver | undefined): Graph
  readonly input: State
  readonly recursionLimit: number
  result(values: State): Result
}

/** Runs one piece of work on either engine. */
export function openStateGraph(words: Vocabulary, work: Work, storage: Storage): Program {
  const design = designOf(words, work)
  const opened = storage.kind === 'sqlite' ? words.openSqlite(storage.path) : undefined
  const saver = storage.kind === 'memory' ? words.openMemory() : opened?.saver
  const graph = design.compile(saver)

  let round = 0
  const optionsFor = (thread: number): RunOptions => ({
    recursionLimit: design.recursionLimit,
    ...(saver !== undefined && { configurable: { thread_id: `thread-${round}-${thread}` } }),
    ...(opened !== undefined && words.durability !== undefined && { durability: words.durability }),
  })

  return {
    run() {
      round += 1
      return runWork(work, design, graph, optionsFor)
    },
    ...(storage.kind === 'sqlite' && {
      stored: async () => {
        const second = words.openSqlite(storage.path)
        const reader = design.compile(second.saver)
        const results: Result[] = []
        for (let thread = 0; thread < threadsOf(work); thread += 1) {
          results.push(design.result((await reader.getState(optionsFor(thread))).values))
        }
        second.close()
        return work.kind === 'threads' ? summed(results) : results[0]!
      },
    }),
    close: () => opened?.close(),
  }
}

async function runWork(
  work: Work,
  design: Design,
  graph: Graph,
  optionsFor: (thread: number) => RunOptions,
): Promise<Result> {
  switch (work.kind) {
    case 'chain':
    case 'invoke': {
      const results: Result[] = []
      for (let time = 0; time < work.times; time += 1) {
        results.push(design.result(await graph.invoke(design.input, optionsFor(0))))
      }
      return { count: summed(results)['count']! }
    }
    case 'threads': {
      const states = await Promise.all(
        Array.from({ length: work.threads }, (_, thread) => graph.invoke(design.input, optionsFor(thread))),
      )
      return summed(states.map(design.result))
    }
    case 'stream': {
      const chunks = { count: 0, values: 0, updates: 0 }
      const options: StreamOptions = { ...optionsFor(0), streamMode: ['values', 'updates'] }
      for await (const [mode, chunk] of await graph.stream(design.input, options)) {
        if (mode === 'values') {
          chunks.values += 1
          chunks.count = numberIn(chunk, 'count')
        } else chunks.updates += 1
      }
      return chunks
    }
    case 'handler': {
      const seen = { starts: 0, ends: 0 }
      const handler = {
        handleChainStart: () => void (seen.starts += 1),
        handleChainEnd: () => void (seen.ends += 1),
      }
      const state = await graph.invoke(design.input, { ...optionsFor(0), callbacks: [handler] })
      await awaitAllCallbacks()
      return { ...design.result(state), ...seen }
    }
    case 'events': {
      const seen = { starts: 0, ends: 0, chunks: 0 }
      for await (const { event, name } of graph.streamEvents(design.input, {
        ...optionsFor(0),
        version: 'v2',
      })) {
        if (event === 'on_chain_start') seen.starts += 1
        else if (event === 'on_chain_end') seen.ends += 1
        else if (event === 'on_chain_stream' && name === 'LangGraph') seen.chunks += 1
      }
      return seen
    }
    default:
      return design.result(await graph.invoke(design.input, optionsFor(0)))
  }
}

function designOf(words: Vocabulary, work: Work): Design {
  switch (work.kind) {
    case 'loop':
      return loopDesign(words, work.steps, work.node)
    case 'stream':
    case 'handler':
    case 'events':
      return loopDesign(words, work.steps, 'sync')
    case 'agent':
      return agentDesign(words, work.rounds)
    case 'threads':
      return loopDesign(words, work.steps, 'async')
    case 'chain':
      return chainDesign(words, work.nodes)
    case 'invoke':
      return chainDesign(words, 1)
    case 'fan-out':
      return fanOutDesign(words, work)
    case 'nested':
      return nestedDesign(words, work.iterations)
    case 'idle-channel':
      return idleChannelDesign(words, work.steps, work.documentBytes)
  }
}

function loopDesign(
  { Annotation, END, START, StateGraph }: Vocabulary,
  steps: number,
  node: NodeKind,
): Design {
  const Counter = Annotation.Root({ count: Annotation<number>() })
  const addOne = (state: typeof Counter.State) => ({ count: state.count + 1 })
  const builder = new StateGraph(Counter)
    .addNode('step', node === 'sync' ? addOne : async (state: typeof Counter.State) => addOne(state))
    .addEdge(START, 'step')
    .addConditionalEdges('step', (state) => (state.count < steps ? 'step' : END), ['step', END])
  return {
    compile: (saver) => compiled(builder, saver),
    input: { count: 0 },
    recursionLimit: steps + 10,
    result: countOf,
  }
}

function chainDesign({ Annotation, END, START, StateGraph }: Vocabulary, nodes: number): Design {
  const Counter = Annotation.Root({ count: Annotation<number>() })
  const builder = new StateGraph(Counter) as LangGraph.StateGraph<
    typeof Counter,
    typeof Counter.State,
    typeof Counter.Update,
    string
  >
  for (let node = 0; node < nodes; node += 1) {
    builder.addNode(`node-${node}`, (state) => ({ count: state.count + 1 }))
    builder.addEdge(node === 0 ? START : `node-${node - 1}`, `node-${node}`)
  }
  builder.addEdge(`node-${nodes - 1}`, END)
  return {
    compile: (saver) => compiled(builder, saver),
    input: { count: 0 },
    recursionLimit: nodes + 10,
    result: countOf,
  }
}

function fanOutDesign({ Annotation, END, START, Send, StateGraph }: Vocabulary, work: FanOutWork): Design {
  const sum = { reducer: (total: number, more: number) => total + more, default: () => 0 }
  const Findings = Annotation.Root({
    index: Annotation<number>(),
    found: Annotation<number>(sum),
    tasks: Annotation<number>(sum),
    answer: Annotation<number>(),
  })
  const sendAll = () => Array.from({ length: work.sends }, (_, index) => new Send('worker', { index }))
  const builder = new StateGraph(Findings)
    .addNode('worker', ({ index }) => ({ found: 2 * index, tasks: 1 }))
    .addNode('join', ({ found }) => ({ answer: found }))
    .addConditionalEdges(START, sendAll, ['worker'])
    .addEdge('worker', 'join')
    .addEdge('join', END)
  return {
    compile: (saver) => compiled(builder, saver),
    input: {},
    recursionLimit: 10,
    result: (values) => ({ tasks: numberIn(values, 'tasks'), answer: numberIn(values, 'answer') }),
  }
}

function nestedDesign({ Annotation, END, START, StateGraph }: Vocabulary, iterations: number): Design {
  const Counter = Annotation.Root({ count: Annotation<number>() })
  const third = new StateGraph(Counter)
    .addNode('inside', (state) => ({ count: state.count + 1 }))
    .addEdge(START, 'inside')
    .addEdge('inside', END)
    .compile()
  const second = new StateGraph(Counter)
    .addNode('inside', third)
    .addEdge(START, 'inside')
    .addEdge('inside', END)
    .compile()
  const first = new StateGraph(Counter)
    .addNode('inside', second)
    .addEdge(START, 'inside')
    .addEdge('inside', END)
    .compile()
  const builder = new StateGraph(Counter)
    .addNode('inside', first)
    .addEdge(START, 'inside')
    .addConditionalEdges('inside', (state) => (state.count < iterations ? 'inside' : END), ['inside', END])
  return {
    compile: (saver) => compiled(builder, saver),
    input: { count: 0 },
    recursionLimit: iterations + 10,
    result: countOf,
  }
}

function idleChannelDesign(words: Vocabulary, steps: number, documentBytes: number): Design {
  const { Annotation, END, START, StateGraph } = words
  const Reading = Annotation.Root({ count: Annotation<number>(), document: Annotation<string>() })
  const builder = new StateGraph(Reading)
    .addNode('step', (state) => ({ count: state.count + 1 }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', (state) => (state.count < steps ? 'step' : END), ['step', END])
  return {
    compile: (saver) => compiled(builder, saver),
    input: { count: 0, document: documentOf(documentBytes) },
    recursionLimit: steps + 10,
    result: (values) => ({
      count: numberIn(values, 'count'),
      documentBytes: String(values['document']).length,
    }),
  }
}

function agentDesign(words: Vocabulary, rounds: number): Design {
  const addOne = tool(({ n }) => n + 1, {
    name: TOOL_NAME,
    description: 'Adds one.',
    schema: z.object({ n: z.number() }),
  })
  const llm = new ScriptedModel(rounds)
  return {
    compile: () => words.createReactAgent({ llm, tools: [addOne] }) as unknown as Graph,
    input: { messages: [new HumanMessage('0')] },
    recursionLimit: 2 * rounds + 10,
    result: ({ messages }) => ({
      messages: (messages as BaseMessage[]).length,
      sum: Number((messages as BaseMessage[]).at(-1)!.text),
    }),
  }
}

/** Compiles with the saver, and leaves the option out where there is none. */
function compiled(
  builder: { compile(options: { checkpointer?: BaseCheckpointSaver }): unknown },
  saver: BaseCheckpointSaver | undefined,
): Graph {
  return builder.compile(saver === undefined ? {} : { checkpointer: saver }) as Graph
}

function threadsOf(work: Work): number {
  return work.kind === 'threads' ? work.threads : 1
}

function summed(results: readonly Result[]): Result {
  return {
    threads: results.length,
    count: results.reduce((total, result) => total + numberIn(result, 'count'), 0),
  }
}

function countOf(values: State): Result {
  return { count: numberIn(values, 'count') }
}

/** @throws {TypeError} when the state holds no number under that name. */
function numberIn(values: Readonly<Record<string, unknown>>, name: string): number {
  const value = values[name]
  if (typeof value === 'number') return value
  throw new TypeError(`The state's "${name}" should be a number, and is ${typeof value}.`)
}
