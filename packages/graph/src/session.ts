// One run of a compiled graph: what is around the engine's run, and the config that each task receives.
import { defaultMaxListeners, setMaxListeners } from 'node:events'
import {
  NodeError,
  RunControl,
  interrupt,
  isGraphBubbleUp,
  isGraphDrained,
  isGraphInterrupt,
  isInvalidResume,
  type BaseCheckpointSaver,
} from '@langchain/langgraph'
import type { CallbackManagerForChainRun } from '@langchain/core/callbacks/manager'
import {
  EMPTY,
  RETURN,
  SENDS,
  readChannel,
  type Attempt,
  type PendingWrite,
  type Question,
  type Run,
  type Task,
  type Thrown,
  type TimeoutPolicy,
  type Write,
} from '@cairn/engine'
import type { AssembledConfig } from './assemble-config.ts'
import { UnknownNodeError } from './errors.ts'
import { ambientConfig, withAmbientConfig } from './langgraph/ambient.ts'
import * as keys from './langgraph/config-keys.ts'
import type { CachePolicy, NodeCache } from './langgraph/node-cache.ts'
import { watchCallbacks } from './langgraph/progress-handler.ts'
import { readWithWrites } from './langgraph/read.ts'
import type { Configurable, RunConfig } from './langgraph/run-config.ts'
import { createScratchpad, storedAnswers, type Scratchpad } from './langgraph/scratchpad.ts'
import type { Program, ProgramNode } from './lower/program.ts'
import { lowerRetry, lowerTimeout } from './lower/policies.ts'
import { isFollowed, turns, turnsOfCall } from './stream/follow.ts'
import { nodeOf, tasksAround } from './tasks-around.ts'
import { traceRun, type TracedAs } from './tracing.ts'

export interface SessionOptions {
  readonly program: Program
  readonly config: AssembledConfig
  readonly saver: BaseCheckpointSaver | undefined
  /** Namespace of the graph's own line of checkpoints. */
  readonly namespace: string
  readonly manager: CallbackManagerForChainRun | undefined
  /** Interrupt id → answer. */
  readonly answers: Readonly<Record<string, unknown>> | undefined
  /** The same, as an earlier run of the graph around this one left them. */
  readonly storedAnswers: Readonly<Record<string, unknown>> | undefined
  readonly userInterrupt: unknown
  readonly externalSignal: AbortSignal | undefined
  readonly onCustom: ((chunk: unknown, namespace: string[]) => void) | undefined
  readonly cache: NodeCache | undefined
}

interface CallOptions {
  readonly retry?: Parameters<typeof lowerRetry>[0]
  readonly timeout?: Parameters<typeof lowerTimeout>[0]
  readonly cache?: CachePolicy
}

export class Session {
  readonly program: Program
  readonly isTraced: boolean
  /** One of LangChain's streams of events follows the run. */
  readonly isFollowed: boolean
  /** The engine's run; set before its first task. */
  run!: Run
  readonly #options: SessionOptions
  readonly #template: Template
  #step = Number.NaN
  #allowsListeners = false
  #checkpointMap: Record<string, string> = {}
  /** What `#storedAnswers` was made from. */
  #pending: readonly PendingWrite[] | undefined
  #storedAnswers: Readonly<Record<string, unknown>> | undefined

  constructor(options: SessionOptions) {
    const { config, program, manager, userInterrupt, onCustom } = options
    this.#options = options
    this.program = program
    this.isTraced = manager !== undefined
    this.isFollowed = isFollowed(manager)
    this.#template = createTemplate({
      writer: undefined as never,
      interrupt: undefined as never,
      control: undefined,
      ...withoutOwn(config),
    })
    const { config: own } = this.#template
    own.writer ??= customWriter(onCustom)
    own.interrupt ??= (userInterrupt ?? interrupt) as typeof interrupt
    own.control ??= new RunControl()
  }

  /** The config of one attempt, as LangGraph's own nodes, tools and nested graphs expect it. */
  taskConfig(attempt: Attempt, caller?: Scratchpad): RunConfig {
    const { task, signal } = attempt
    const around = tasksAround(task)
    const { run } = this
    const { saver, externalSignal, manager } = this.#options
    const node = nodeOf(task, this.program)
    const template = this.#template
    this.#allowListeners(signal)
    const namespace = run.namespaceOf(task)
    const trigger = task.origin.kind === 'trigger' ? task.node.triggers[task.fired[0]!]! : '__pregel_push'

    const metadata: Record<string, unknown> = { ...template.metadata }
    for (const outer of around) Object.assign(metadata, nodeOf(outer, this.program)?.metadata)
    metadata['langgraph_step'] = run.step
    metadata['langgraph_node'] = task.name
    metadata['langgraph_triggers'] = [trigger]
    metadata['langgraph_path'] = task.pathParts
    metadata['langgraph_checkpoint_ns'] = namespace
    metadata['checkpoint_ns'] = namespace
    if (node?.metadata !== undefined) Object.assign(metadata, node.metadata)

    const configurable: Configurable = { ...template.configurable }
    configurable[keys.TASK_ID] = task.id
    configurable[keys.SEND] = (writes: Write[]) => this.#send(attempt, writes)
    configurable[keys.READ] = (select: string | string[], isFresh = false) =>
      this.#read(attempt, select, isFresh)
    configurable[keys.CALL] = (
      func: CallFunction,
      name: string,
      args: unknown[],
      options: CallOptions = {},
    ) => this.#call(attempt, scratchpad, func, name, args, options)
    configurable[keys.CHECKPOINTER] = saver ?? configurable[keys.CHECKPOINTER]
    configurable[keys.CHECKPOINT_MAP] = this.#checkpointMapFor(around)
    const known = { answers: this.#options.answers, stored: this.#storedAnswersNow() }
    const scratchpad = createScratchpad(task, run, known, () => namespace, caller)
    configurable[keys.SCRATCHPAD] = scratchpad
    configurable[keys.PREVIOUS_STATE] = this.#previousState()
    configurable[keys.ABORT_SIGNALS] = { externalAbortSignal: externalSignal, composedAbortSignal: signal }
    if (run.isResuming || attempt.number > 1) configurable[keys.RESUMING] = true
    else if (keys.RESUMING in configurable) configurable[keys.RESUMING] = undefined
    configurable[keys.CHECKPOINT_ID] = undefined
    configurable[keys.CHECKPOINT_NAMESPACE] = namespace
    if (run.formerNames !== undefined)
      configurable[keys.PRESENT_NAMES] = presentNames(configurable, run, [task, ...around])
    if (task.origin.kind === 'handler') {
      configurable[keys.NODE_ERROR] = new NodeError(task.origin.failed.name, task.origin.error as Error)
    }

    const config: RunConfig = { ...template.config }
    config.metadata = metadata
    config.configurable = configurable
    config.signal = signal
    config.runName = task.name
    for (const outer of around) addTags(config, nodeOf(outer, this.program))
    addTags(config, node)
    config.executionInfo = {
      checkpointId: run.journal.checkpointId,
      checkpointNs: namespace,
      taskId: task.id,
      threadId: configurable['thread_id'],
      runId: undefined,
      nodeAttempt: attempt.number,
      nodeFirstAttemptTime: attempt.firstStartedAtMs,
    }
    if (manager !== undefined) config.callbacks = manager.getChild(`graph:step:${run.step}`)
    if (task.timeout !== undefined) watchProgress(config, attempt, task.timeout)
    return config
  }

  /** What an error that leaves a node means to the run. */
  readonly classify = (error: unknown): Thrown => {
    if (error instanceof Error && isGraphBubbleUp(error)) {
      if (!isGraphInterrupt(error)) return { kind: 'escaped', isPaused: isGraphDrained(error) }
      return { kind: 'interrupted', questions: (error as unknown as { interrupts: Question[] }).interrupts }
    }
    return { kind: 'failed', isPatient: isInvalidResume(error) }
  }

  /** With an entry for each task around the one that it is for. */
  #checkpointMapFor(around: readonly Task[]): Record<string, string> {
    const map = this.#checkpointMapNow()
    if (around.length === 0) return map
    const { run } = this
    const entries = around.map((task) => [run.namespaceOf(task), run.journal.checkpointId] as const)
    return { ...map, ...Object.fromEntries(entries) }
  }

  /** The same for all tasks of a superstep that nodes run in. */
  #checkpointMapNow(): Record<string, string> {
    const { run } = this
    if (this.#step !== run.step) {
      const { namespace, config } = this.#options
      const around = config.configurable[keys.CHECKPOINT_MAP] as Record<string, string> | undefined
      this.#step = run.step
      this.#checkpointMap = { ...around, [namespace]: run.journal.checkpointId }
    }
    return this.#checkpointMap
  }

  /** The same for all tasks that start from the same writes. */
  #storedAnswersNow(): Readonly<Record<string, unknown>> | undefined {
    const { pending } = this.run
    if (this.#pending !== pending) {
      const around = this.#options.storedAnswers
      this.#pending = pending
      this.#storedAnswers = pending.length === 0 ? around : { ...around, ...storedAnswers(pending) }
    }
    return this.#storedAnswers
  }

  /** Each parallel task may listen to the signal they share; that is no leak, and nothing to warn of. */
  #allowListeners(signal: AbortSignal): void {
    if (this.#allowsListeners || this.run.tasks.length <= defaultMaxListeners) return
    setMaxListeners(0, signal)
    this.#allowsListeners = true
  }

  #previousState(): unknown {
    const slot = this.run.plan.slotByChannel.get('__previous__')
    if (slot === undefined) return undefined
    const value = readChannel(this.run.plan, this.run.state, slot)
    return value === EMPTY ? undefined : value
  }

  #send(attempt: Attempt, writes: readonly Write[]): void {
    for (const [channel, value] of writes) {
      const target =
        channel === SENDS || channel === '__pregel_push'
          ? (value as { node: string } | null)?.node
          : undefined
      if (target !== undefined && !this.program.nodes.has(target)) {
        throw new UnknownNodeError(target, attempt.task.name, [...this.program.nodes.keys()])
      }
      attempt.write(channel, value)
    }
  }

  #read(attempt: Attempt, select: string | string[], isFresh: boolean): unknown {
    return readWithWrites(this.run, isFresh ? attempt.writes : [], select)
  }

  /** Runs a `task()` of the functional API as a task of the present superstep. */
  #call(
    attempt: Attempt,
    scratchpad: Scratchpad,
    func: CallFunction,
    name: string,
    args: unknown[],
    options: CallOptions,
  ): Promise<unknown> {
    if (attempt.hasTimedOut)
      throw new Error(`Node "${attempt.task.name}" attempt was cancelled after its timeout fired`)
    const { cache } = this.#options
    const { cache: policy } = options
    const retry = lowerRetry(options.retry)
    const timeout = lowerTimeout(options.timeout)
    return attempt.call({
      name,
      input: args,
      ...(retry !== undefined && { retry }),
      ...(timeout !== undefined && { timeout }),
      ...(cache !== undefined &&
        policy !== undefined && { lookUp: (task: Task) => cache.lookUpCall(policy, task) }),
      invoke: async (called) => {
        await turns(turnsBeforeCall)
        const config = this.taskConfig(called, scratchpad)
        const result: unknown = await (this.isTraced
          ? traceRun(tracedCall(name), args, config, () => this.#paced(func(...args)))
          : withAmbientConfig(config, async () => func(...args)))
        called.write(RETURN, result)
      },
    })
  }

  async #paced(result: unknown): Promise<unknown> {
    const settled: unknown = await result
    if (this.isFollowed) await turns(turnsOfCall)
    return settled
  }
}

/** A caller gets on with what it does in the same turn before the task that it called begins. */
const turnsBeforeCall = 4

type CallFunction = (...args: unknown[]) => unknown

/** To tracers, a called task is the first step of a sequence, whose second one writes the result. */
const tracedCall = (name: string): TracedAs => ({
  serialized: () => ({
    lc: 1,
    type: 'constructor',
    id: ['langchain_core', 'runnables', 'RunnableSequence'],
    kwargs: {
      name,
      first: { lc: 1, type: 'not_implemented', id: ['langgraph', 'RunnableCallable'] },
      last: { lc: 1, type: 'not_implemented', id: ['langgraph', 'ChannelWrite'] },
    },
  }),
  tag: 'seq:step:1',
})

function addTags(config: RunConfig, node: ProgramNode | undefined): void {
  if (node === undefined || node.tags.length === 0) return
  config.tags = [...new Set([...(config.tags ?? []), ...node.tags])]
}

/** What a caller asks of this run is nothing to its nodes, and to the graphs within them. */
function withoutOwn(config: AssembledConfig): RunConfig {
  const {
    callbacks: _callbacks,
    runId: _runId,
    streamMode: _streamMode,
    outputKeys: _outputKeys,
    interruptBefore: _interruptBefore,
    interruptAfter: _interruptAfter,
    onBusy: _onBusy,
    ...passedOn
  } = config
  return passedOn
}

interface Template {
  readonly config: RunConfig
  readonly metadata: Record<string, unknown>
  readonly configurable: Configurable
}

/**
 * Objects that already have every key a task sets: cloning one and assigning to it costs a twentieth of adding the
 * keys. The base is spread last for the same reason; what it overrides is assigned anew for each task.
 */
function createTemplate(base: RunConfig): Template {
  return {
    metadata: {
      langgraph_step: 0,
      langgraph_node: '',
      langgraph_triggers: [],
      langgraph_path: [],
      langgraph_checkpoint_ns: '',
      checkpoint_ns: '',
      ...base.metadata,
    },
    configurable: {
      [keys.TASK_ID]: '',
      [keys.SEND]: undefined,
      [keys.READ]: undefined,
      [keys.CALL]: undefined,
      [keys.CHECKPOINTER]: undefined,
      [keys.CHECKPOINT_MAP]: undefined,
      [keys.SCRATCHPAD]: undefined,
      [keys.PREVIOUS_STATE]: undefined,
      [keys.ABORT_SIGNALS]: undefined,
      [keys.CHECKPOINT_ID]: undefined,
      [keys.CHECKPOINT_NAMESPACE]: '',
      ...base.configurable,
    },
    config: {
      runName: '',
      executionInfo: undefined,
      ...base,
    },
  }
}

/** What graphs within a task have to know whose lines are named after nodes. */
function presentNames(configurable: Configurable, run: Run, tasks: readonly Task[]): object {
  const around = configurable[keys.PRESENT_NAMES] as Record<string, string> | undefined
  const own = tasks
    .filter(({ origin, node }) => origin.kind !== 'call' && run.formerNames?.nodes[node.name] !== undefined)
    .map((task) => [run.namespaceOf(task).split('|').at(-1)!, task.node.name])
  // A line that graphs share was renamed with the node that it is named after.
  const now = run.journal.line.namespace.split('|')
  const line = (run.formerNames?.namespace ?? '')
    .split('|')
    .map((part, index) => [part, now[index]] as const)
    .filter(([part, present]) => part !== present && present !== undefined && !present.includes(':'))
  return { ...around, ...Object.fromEntries([...line, ...own]) }
}

function customWriter(onCustom: SessionOptions['onCustom']): (chunk: unknown) => void {
  if (onCustom === undefined) return () => undefined
  return (chunk) => {
    const namespace = ambientConfig()?.configurable?.[keys.CHECKPOINT_NAMESPACE] as string | undefined
    onCustom(chunk, namespace?.split('|').slice(0, -1) ?? [])
  }
}

/** @param policy of the attempt's task */
function watchProgress(config: RunConfig, attempt: Attempt, { idleMs, refreshOn }: TimeoutPolicy): void {
  const write = config.writer
  config.writer = (chunk: unknown) => {
    if (attempt.hasTimedOut) return
    attempt.onProgress?.()
    write?.(chunk)
  }
  config.heartbeat = () => attempt.onHeartbeat?.()
  if (idleMs !== undefined && refreshOn !== 'heartbeat') watchCallbacks(config, () => attempt.onProgress?.())
}
