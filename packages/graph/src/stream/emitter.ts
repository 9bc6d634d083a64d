// Turns what a run tells into LangGraph's chunks. Builds only those that some sink takes.
import {
  EMPTY,
  INTERRUPT,
  RESUME,
  isTaskOutput,
  readChannel,
  type Run,
  type RunListener,
  type Task,
} from '@cairn/engine'
import type { RunConfig } from '../langgraph/run-config.ts'
import {
  CHECKPOINT_ID,
  CHECKPOINT_MAP,
  CHECKPOINT_NAMESPACE,
  HIDDEN_TAG,
  STREAM,
} from '../langgraph/config-keys.ts'
import { isCached } from '../langgraph/node-cache.ts'
import type { Program, ProgramNode } from '../lower/program.ts'
import type { ChunkSink, Namespace } from './chunk.ts'
import { nodeOf, tasksAround } from '../tasks-around.ts'
import { updatesPayload, writesByChannel } from './updates.ts'

export interface EmitterOptions {
  readonly program: Program
  /** Channels of `values` and `updates`. */
  readonly keys: string | readonly string[]
  readonly namespace: Namespace
  readonly sinks: readonly ChunkSink[]
  readonly config: RunConfig
  readonly isNested: boolean
}

export class Emitter implements RunListener {
  readonly #options: EmitterOptions
  readonly #modes: ReadonlySet<string>
  readonly #keys: ReadonlySet<string>

  constructor(options: EmitterOptions) {
    this.#options = options
    this.#modes = new Set(options.sinks.flatMap(({ modes }) => [...modes]))
    this.#keys = new Set([options.keys].flat())
  }

  resumed(run: Run): void {
    this.#values(run)
  }

  planned(run: Run, tasks: readonly Task[]): void {
    if (!run.journal.isKeeping || !(this.#modes.has('checkpoints') || this.#modes.has('debug'))) return
    const payload = this.#checkpoint(run, tasks)
    this.#push('checkpoints', payload)
    this.#debug(run.step - 1, 'checkpoint', payload)
  }

  restored(run: Run, tasks: readonly Task[]): void {
    for (const task of tasks) {
      if (this.#isHidden(task)) continue
      if (task.origin.kind === 'call') this.#start(run, task) // others start with their superstep
      this.#update(task, true)
    }
  }

  /**
   * A superstep starts with those of its tasks, too, that had finished in an earlier run. A handler that it starts
   * with is told before them as well, as LangGraph does.
   */
  starting(run: Run, tasks: readonly Task[], isSuperstep: boolean): void {
    if (!this.#modes.has('tasks') && !this.#modes.has('debug')) return
    const told = isSuperstep
      ? [...tasks.filter(({ origin }) => origin.kind === 'handler'), ...run.tasks]
      : tasks
    for (const task of told) if (!this.#isHidden(task)) this.#start(run, task)
  }

  #start(run: Run, task: Task): void {
    if (!this.#modes.has('tasks') && !this.#modes.has('debug')) return
    const payload = this.#taskStart(task)
    this.#push('tasks', payload)
    this.#debug(run.step, 'task', payload)
  }

  settled(run: Run, task: Task): void {
    if (this.#isHidden(task)) return
    const { outcome } = task
    if (outcome.kind === 'interrupted') {
      if (outcome.questions.length === 0 || task.origin.kind === 'call') return
      this.#interrupts(outcome.questions)
    } else if (outcome.kind === 'escaped' && outcome.isPaused) return
    else if (isCached(task)) return this.#update(task, true)
    else if (outcome.kind === 'done' || task.writes.length > 0) this.#update(task, false) // answers are all that a failed task leaves: the update is empty
    if (!this.#modes.has('tasks') && !this.#modes.has('debug')) return
    const payload = {
      id: task.id,
      name: task.name,
      result:
        outcome.kind === 'interrupted' ? {} : writesByChannel(task.writes, this.#options.program.streamKeys),
      interrupts: task.questions,
      error: failureOf(task),
    }
    this.#push('tasks', payload)
    this.#debug(run.step, 'task_result', payload)
  }

  applied(run: Run, tasks: readonly Task[]): void {
    if (writesAny(tasks, this.#keys)) this.#values(run)
  }

  interrupted(run: Run, tasks: readonly Task[]): void {
    if (this.#options.isNested) return
    if (writesAny(tasks.filter(isSeen), this.#keys)) this.#values(run)
    if (tasks.every(({ questions }) => questions.length === 0)) this.#breakpoint()
  }

  paused(): void {
    if (!this.#options.isNested) this.#breakpoint()
  }

  #values(run: Run): void {
    if (!this.#modes.has('values')) return
    this.#push('checkpoints', envelope(run), undefined, true)
    this.#push('values', readKeys(run, this.#options.keys))
  }

  #update(task: Task, isRestored: boolean): void {
    if (this.#modes.has('updates'))
      this.#push('updates', updatesPayload(task, this.#options.keys, isRestored))
  }

  #interrupts(questions: readonly unknown[], namespace = this.#options.namespace): void {
    this.#push('updates', { [INTERRUPT]: questions }, namespace)
    this.#push('values', { [INTERRUPT]: questions }, namespace)
  }

  /** In a run that goes on from a checkpoint of a nested graph, it is told under the namespace of that graph. */
  #breakpoint(): void {
    const { config, namespace } = this.#options
    const around = config.configurable?.[CHECKPOINT_MAP] as Record<string, string> | undefined
    const isStreamed = config.configurable?.[STREAM] !== undefined
    const addressed = Object.keys(around ?? {}).reduce((a, b) => (b.length > a.length ? b : a), '')
    const isAtRoot = namespace.length === 0
    this.#interrupts([], isAtRoot && isStreamed && addressed !== '' ? addressed.split('|') : namespace)
  }

  #taskStart(task: Task): Record<string, unknown> {
    const { config, program } = this.#options
    const nodes = [...tasksAround(task), task].flatMap((each) => nodeOf(each, program) ?? [])
    const metadata = visibleMetadata(config, nodes)
    const triggers =
      task.origin.kind === 'trigger' ? [task.node.triggers[task.fired[0]!]!] : ['__pregel_push']
    return {
      id: task.id,
      name: task.name,
      input: task.input,
      triggers,
      interrupts: [],
      ...(metadata !== undefined && { metadata }),
    }
  }

  #checkpoint(run: Run, tasks: readonly Task[]): Record<string, unknown> {
    const { program, config } = this.#options
    const { journal } = run
    const { durability, loaded } = run.options
    const at = (checkpointId?: string) => snakeCaseConfig(config, journal.line.namespace, checkpointId)
    // With `exit`, nothing is stored before the end: until then the run stands where it began.
    const isAtBeginning = durability === 'exit' || journal.checkpointId === loaded?.id
    const parentId = isAtBeginning ? loaded?.parentId : journal.parentId
    return {
      config: at(isAtBeginning ? loaded?.id : journal.checkpointId),
      values: readKeys(run, program.streamKeys),
      metadata: journal.metadata,
      next: tasks.map(({ name }) => name),
      tasks: tasks.map((task) => this.#plannedTask(run, task)),
      parentConfig:
        parentId === undefined ? undefined : isAtBeginning ? addressOf(run, parentId) : at(parentId),
    }
  }

  #plannedTask(run: Run, task: Task): Record<string, unknown> {
    const { program, keys } = this.#options
    const { id, name, pathParts: path } = task
    const stored = run.pending.filter(([taskId]) => taskId === id)
    const error = stored.find(([, channel]) => channel === '__error__')?.[2]
    const interrupts = stored
      .filter(([, channel]) => channel === INTERRUPT)
      .flatMap(([, , questions]) => questions)
    const output = stored.filter(([, channel]) => isTaskOutput(channel) && channel !== RESUME)
    const written = writesByChannel(
      output.map(([, channel, value]) => [channel, value]),
      keys,
    )
    const result =
      Object.keys(written).length === 0 ? undefined : typeof keys === 'string' ? written[keys] : written
    if (error !== undefined) return { id, name, path, error, interrupts, result }
    const namespace = run.namespaceOf(task)
    const threadId = run.journal.line.threadId
    const hasSubgraph = program.nodes.get(name)?.hasSubgraph === true
    const state = { configurable: { thread_id: threadId, checkpoint_ns: namespace } }
    return { id, name, path, interrupts, ...(hasSubgraph && { state }), result }
  }

  #isHidden(task: Task): boolean {
    return task.node.isHidden === true
  }

  #debug(step: number, type: string, payload: unknown): void {
    if (!this.#modes.has('debug')) return
    this.#push('debug', { step, type, timestamp: new Date().toISOString(), payload })
  }

  #push(mode: string, payload: unknown, namespace = this.#options.namespace, isEnvelope = false): void {
    for (const sink of this.#options.sinks) {
      if (isEnvelope ? !sink.modes.has('checkpoints') : sink.modes.has(mode))
        sink.push([namespace, mode, payload])
    }
  }
}

/** The parent of a checkpoint that this run has loaded is known by its address alone. */
function addressOf({ journal }: Run, checkpointId: string): Record<string, unknown> {
  const { threadId, namespace } = journal.line
  return {
    configurable: { thread_id: threadId, [CHECKPOINT_NAMESPACE]: namespace, [CHECKPOINT_ID]: checkpointId },
  }
}

/** The values of these channels now: an object of those that hold something, or the bare value of one. */
export function readKeys(
  { plan, state }: Pick<Run, 'plan' | 'state'>,
  keys: string | readonly string[],
): unknown {
  const read = (key: string) => {
    const slot = plan.slotByChannel.get(key)
    return slot === undefined ? EMPTY : readChannel(plan, state, slot)
  }
  if (typeof keys === 'string') {
    const value = read(keys)
    return value === EMPTY ? null : value
  }
  const values: Record<string, unknown> = {}
  for (const key of keys) {
    const value = read(key)
    if (value !== EMPTY) values[key] = value
  }
  return values
}

/** What a task wrote before it asked is seen by the caller, as what finished tasks wrote is; none of it is kept. */
export function isSeen({ outcome }: Task): boolean {
  return outcome.kind === 'done' || outcome.kind === 'interrupted'
}

export function writesAny(tasks: readonly Task[], keys: ReadonlySet<string>): boolean {
  return tasks.some(({ writes }) => writes.some(([channel]) => keys.has(channel)))
}

function envelope({ journal }: Run): Record<string, unknown> {
  const { checkpointId: id, parentId, metadata } = journal
  return {
    id,
    ...(parentId !== undefined && { parent_id: parentId }),
    step: metadata.step,
    source: metadata.source,
  }
}

/**
 * A task that leaves for the graph around this one has, to those who watch, failed with its message, unless it leaves
 * something besides.
 */
function failureOf({ outcome, writes }: Task): { message: string; name: string } | null {
  if (outcome.kind !== 'failed' && (outcome.kind !== 'escaped' || writes.length > 0)) return null
  const error = outcome.kind === 'failed' ? outcome.error : outcome.signal
  const { message, name } = error instanceof Error ? error : { message: String(error), name: 'Error' }
  return { message, name }
}

/** Metadata that the engine itself puts there says nothing new to a reader of the stream. */
const engineMetadata = new Set([
  'langgraph_step',
  'langgraph_node',
  'langgraph_triggers',
  'langgraph_path',
  'langgraph_checkpoint_ns',
  'checkpoint_ns',
  'thread_id',
  'run_id',
  'checkpoint_id',
])

function visibleMetadata(
  { metadata, tags = [] }: RunConfig,
  nodes: readonly ProgramNode[],
): Record<string, unknown> | undefined {
  const all = Object.assign({}, metadata, ...nodes.map((node) => node.metadata)) as Record<string, unknown>
  const visible = Object.fromEntries(Object.entries(all).filter(([key]) => !engineMetadata.has(key)))
  const allTags = nodes.length === 0 ? tags : [...new Set([...tags, ...nodes.flatMap((node) => node.tags)])]
  const userTags = allTags.filter((tag) => !tag.startsWith('seq:step') && tag !== HIDDEN_TAG)
  if (userTags.length > 0) visible['tags'] = userTags
  return Object.keys(visible).length > 0 ? visible : undefined
}

/** The config of a checkpoint, with the keys in the spelling that LangGraph's debuggers read. */
function snakeCaseConfig(
  config: RunConfig,
  namespace: string,
  checkpointId: string | undefined,
): Record<string, unknown> {
  const { callbacks, configurable, maxConcurrency, metadata, recursionLimit, runName, tags } = config
  const spelled = {
    callbacks,
    configurable: {
      ...Object.fromEntries(
        Object.entries(configurable ?? {}).filter(([key]) => !key.startsWith('__pregel_')),
      ),
      [CHECKPOINT_NAMESPACE]: namespace,
      ...(checkpointId !== undefined && { [CHECKPOINT_ID]: checkpointId }),
    },
    max_concurrency: maxConcurrency,
    metadata,
    recursion_limit: recursionLimit,
    run_name: runName,
    tags,
  }
  return Object.fromEntries(Object.entries(spelled).filter(([, value]) => value !== undefined))
}
