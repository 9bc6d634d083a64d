// The work in the vocabulary that LangGraph and Cairn share, so that both run the very same graphs.
import { performance } from 'node:perf_hooks'
import type * as LangGraph from '@langchain/langgraph'
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises'
import { HumanMessage, type BaseMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { z } from 'zod'
import type { Program, Storage } from '../engine.ts'
import { median } from '../statistics.ts'
import {
  isReadingWork,
  type FanOutWork,
  type LongRunWork,
  type NodeKind,
  type ProcessesWork,
  type Readings,
  type Result,
  type Work,
} from '../workload.ts'
import { CHECKPOINTS_BESIDES_STEPS } from '../workloads/history.ts'
import { documentOf } from '../workloads/idle-channel.ts'
import {
  compiled,
  numberIn,
  type Design,
  type Graph,
  type RunOptions,
  type State,
  type StreamOptions,
  type Vocabulary,
} from './design.ts'
import { MemoryGauge } from './memory-gauge.ts'
import { conversationDesign, messagesDesign, windowDesign } from './message-designs.ts'
import { ScriptedModel, TOOL_NAME } from './scripted-model.ts'
import { StepClock } from './step-clock.ts'
import { openStoredThread } from './stored-thread.ts'

/** Runs one piece of work on either engine. */
export function openStateGraph(
  words: Vocabulary,
  work: Exclude<Work, ProcessesWork>,
  storage: Storage,
): Program | Promise<Program> {
  const design = designOf(words, work)
  if (isReadingWork(work)) return openStoredThread(words, design, work, storage)
  const opened = storage.kind === 'sqlite' ? words.openSqlite(storage.path) : undefined
  const saver = storage.kind === 'memory' ? words.openMemory() : opened?.saver
  const graph = design.compile(saver)

  const prefix = storage.kind === 'sqlite' ? (storage.threadPrefix ?? '') : ''
  let round = 0
  let readings: Readings = {}
  const optionsFor = (thread: number): RunOptions => ({
    recursionLimit: design.recursionLimit,
    ...(saver !== undefined && { configurable: { thread_id: `${prefix}thread-${round}-${thread}` } }),
    ...(opened !== undefined && words.durability !== undefined && { durability: words.durability }),
  })

  return {
    async run() {
      round += 1
      if (work.kind === 'conversation') {
        const { state, timesMs } = await converse(work.turns, design, graph, optionsFor(0))
        const medianOf = ([first, last]: readonly [number, number]) => median(timesMs.slice(first - 1, last))
        readings = { early: medianOf(work.early), late: medianOf(work.late) }
        return design.result(state)
      }
      const result = await runWork(work, design, graph, optionsFor)
      readings = design.readings?.() ?? {}
      return result
    },
    readings: () => readings,
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

/** One run for each turn, all on one thread; the time of each by its turn. */
async function converse(
  turns: number,
  design: Design,
  graph: Graph,
  options: RunOptions,
): Promise<{ readonly state: State; readonly timesMs: readonly number[] }> {
  const timesMs: number[] = []
  let state: State = {}
  for (let turn = 0; turn < turns; turn += 1) {
    const input = design.inputAt?.(turn) ?? design.input
    const startedMs = performance.now()
    state = await graph.invoke(input, options)
    timesMs.push(performance.now() - startedMs)
  }
  return { state, timesMs }
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

function designOf(words: Vocabulary, work: Exclude<Work, ProcessesWork>): Design {
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
      return clockedLoopDesign(words, work.steps)
    case 'long-run':
      return gaugedLoopDesign(words, work)
    case 'messages':
      return messagesDesign(words, work)
    case 'conversation':
      return conversationDesign(words, work)
    case 'history':
    case 'listing': {
      const steps = work.checkpoints - CHECKPOINTS_BESIDES_STEPS
      return work.window === 0 ? loopDesign(words, steps, 'sync') : windowDesign(words, steps, work)
    }
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

/** The loop of an asynchronous node which also tells how long each superstep of its thread took. */
function clockedLoopDesign({ Annotation, END, START, StateGraph }: Vocabulary, steps: number): Design {
  const clock = new StepClock()
  const Counter = Annotation.Root({ count: Annotation<number>() })
  const builder = new StateGraph(Counter)
    .addNode('step', async (state, config: { readonly configurable?: { readonly thread_id?: string } }) => {
      clock.tick(config.configurable?.thread_id ?? '')
      return { count: state.count + 1 }
    })
    .addEdge(START, 'step')
    .addConditionalEdges('step', (state) => (state.count < steps ? 'step' : END), ['step', END])
  return {
    compile: (saver) => compiled(builder, saver),
    input: { count: 0 },
    recursionLimit: steps + 10,
    result: countOf,
    readings: () => clock.readings(),
  }
}

/** The loop whose node looks at the memory of the process at an early superstep and at the last one. */
function gaugedLoopDesign(
  { Annotation, END, START, StateGraph }: Vocabulary,
  { steps, earlyStep }: LongRunWork,
): Design {
  const gauge = new MemoryGauge()
  const Counter = Annotation.Root({ count: Annotation<number>() })
  const builder = new StateGraph(Counter)
    .addNode('step', (state) => {
      const count = state.count + 1
      if (count === earlyStep) gauge.read('early')
      if (count === steps) gauge.read('late')
      return { count }
    })
    .addEdge(START, 'step')
    .addConditionalEdges('step', (state) => (state.count < steps ? 'step' : END), ['step', END])
  return {
    compile: (saver) => compiled(builder, saver),
    input: { count: 0 },
    recursionLimit: steps + 10,
    result: countOf,
    readings: () => gauge.readings(),
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
