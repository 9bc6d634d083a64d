// One run of a compiled graph, from the assembled config to what became of it.
import {
  AsyncBatchedStore,
  GraphDrained,
  GraphInterrupt,
  RunControl,
  isCommand,
  isGraphDrained,
  type BaseCheckpointSaver,
  type BaseStore,
} from '@langchain/langgraph'
import type { CallbackManagerForChainRun } from '@langchain/core/callbacks/manager'
import type { Serialized } from '@langchain/core/load/serializable'
import type { BaseCache } from '@langchain/langgraph-checkpoint'
import {
  Run,
  atHead,
  dueTasks,
  isEdit,
  openQuestions,
  restoreState,
  type Awaitable,
  type Durability,
  type HeldThread,
  type Line,
  type OnBusy,
  type Plan,
  type RunListener,
  type RunResult,
  type RunStart,
  type SendPacket,
  type Store,
  type StoredCheckpoint,
  type Task,
  turnWhenDue,
} from '@cairn/engine'
import { InvalidSaverConfigError, StoreSaver } from '@cairn/checkpoint'
import type { AssembledConfig } from './assemble-config.ts'
import { atVersion, type VersionedRun, type VersionedStart } from './at-version.ts'
import { toLangGraphError, type FailedRun } from './errors.ts'
import { holdForRun, supersededReason, throwIfSuperseded } from './hold-line.ts'
import * as keys from './langgraph/config-keys.ts'
import { idsAfter } from './langgraph/ids-in-order.ts'
import { deltaSnapshots } from './langgraph/delta-snapshots.ts'
import { StepTimeout } from './langgraph/step-timeout.ts'
import { stopError } from './langgraph/stop-error.ts'
import { NodeCache } from './langgraph/node-cache.ts'
import { presentName } from './langgraph/present-name.ts'
import { locate, replayFrom, type Located } from './langgraph/locate.ts'
import { rebuildChannels } from './langgraph/rebuild-channels.ts'
import { SaverStore } from './langgraph/saver-store.ts'
import type { Scratchpad } from './langgraph/scratchpad.ts'
import { storeBehind } from './langgraph/store-behind.ts'
import { refuseUnmatchedAnswer } from './langgraph/strict-resume.ts'
import { rebuiltChannels } from './lower/delta-channel.ts'
import { lowerRetry, lowerTimeout } from './lower/policies.ts'
import type { Program } from './lower/program.ts'
import { answerOf, startOf } from './run-input.ts'
import { Session } from './session.ts'
import { readKeys } from './stream/emitter.ts'
import { isFollowed, turns, turnsAfterEnd, turnsBeforeEnd } from './stream/follow.ts'
import { finishedNodes } from './stream/finished-nodes.ts'
import { Lifecycle } from './stream/lifecycle.ts'
import { toAll } from './stream/listeners.ts'
import { StepPrinter } from './stream/step-printer.ts'
import { traceGraph } from './tracing.ts'

export interface ExecuteOptions {
  readonly program: Program
  /** What tracers call the run. */
  readonly name: string
  /** What tracers keep of the graph itself. */
  readonly serialized: () => Serialized
  readonly input: unknown
  /** Gives the input as the schemas parse it. */
  readonly validate: ((input: unknown) => Promise<unknown>) | undefined
  readonly config: AssembledConfig
  readonly saver: BaseCheckpointSaver | undefined
  readonly userStore: BaseStore | undefined
  /** Namespace of the graph's own checkpoints. */
  readonly namespace: string
  readonly isNested: boolean
  readonly durability: Durability
  /** What to do when another run has the thread. */
  readonly onBusy: OnBusy
  readonly interruptBefore: readonly string[] | '*'
  readonly interruptAfter: readonly string[] | '*'
  readonly retry: Parameters<typeof lowerRetry>[0]
  readonly stepTimeoutMs: number | undefined
  readonly userInterrupt: unknown
  readonly cache: BaseCache | undefined
  /** Prints each superstep. */
  readonly isPrinting: boolean
  readonly listener: RunListener
  readonly onCustom: ((chunk: unknown, namespace: string[]) => void) | undefined
  /** Told of the end, or of what failed, and awaited before callbacks are told. */
  readonly onEnd?: (failure?: { readonly error: unknown }) => Promise<void>
}

/**
 * Runs the graph to its end or to a question.
 * @throws what nodes and stores throw; in a nested graph also interrupts and commands for the graph around it.
 */
export async function execute(options: ExecuteOptions): Promise<void> {
  const { config, isNested, validate } = options
  // Many runs may be started in one turn: those that come late in it begin in the next.
  if (!isFollowed(config.callbacks))
    for (let turn = turnWhenDue(); turn !== undefined; turn = turnWhenDue()) await turn
  const input = validate === undefined ? options.input : await validate(options.input)
  const tracing = traceGraph(config, options.input, options.serialized, options.name)
  const manager = tracing === undefined ? undefined : await tracing
  const userStore = runningStore(config.store ?? options.userStore)
  if (userStore !== undefined) config.store = userStore.store
  const lifecycle = Lifecycle.of(manager, isNested)
  const cache = options.cache === undefined ? undefined : new NodeCache(options.cache, options.program.nodes)
  const stepTimeout = StepTimeout.of(config.signal, options.stepTimeoutMs)
  const printer = options.isPrinting ? new StepPrinter(options.program.streamKeys) : undefined
  const more = [lifecycle, finishedNodes(config), cache, stepTimeout, printer].filter(
    (listener) => listener !== undefined,
  )
  const listener = more.length === 0 ? options.listener : toAll([options.listener, ...more])
  const signal = stepTimeout === undefined ? config.signal : stepTimeout.signal
  let held: HeldThread | undefined
  try {
    const place = placeOf(options)
    const holding = holdPlace(options, input, place, signal)
    held = holding instanceof Promise ? await holding : holding
    const locating = locateStart(options, held === undefined ? place : { ...place, own: held })
    const located = locating instanceof Promise ? await locating : locating
    const bringing = atVersion(versioned(options, input, held ?? place.own), located)
    const brought = bringing instanceof Promise ? await bringing : bringing
    const rebuilding = withRebuiltChannels(options, brought)
    const start = rebuilding instanceof Promise ? await rebuilding : rebuilding
    const { run, session } = createRun({ ...options, input, listener }, start, {
      signal,
      manager,
      cache,
      held,
    })
    session.run = run
    for (const diagnostic of start.dropped ?? []) listener.diagnosed?.(run, diagnostic)
    const result = await run.execute()
    if (lifecycle !== undefined) await lifecycle.ended()
    throwIfSuperseded(result, held)
    throwUnlessEnded(result, isNested)
    await options.onEnd?.()
    if (manager !== undefined) {
      const output = readKeys({ plan: run.plan, state: run.barrierState }, config.outputKeys!)
      const isBelow = session.isFollowed && options.onEnd === undefined
      if (isBelow) await turns(turnsBeforeEnd)
      await manager.handleChainEnd(output ?? {})
      if (isBelow) await turns(turnsAfterEnd)
    }
  } catch (error) {
    // What failed before the run began has not given the thread back; callbacks may take as long as they like.
    const releasing = held?.release()
    if (releasing !== undefined) await releasing
    const isCallersStop = config.signal?.aborted === true && error === config.signal.reason
    const known = isCallersStop ? stopError(error) : toLangGraphError(error, failedRun(options))
    await options.onEnd?.({ error: known })
    await manager?.handleChainError(isCallersStop ? new Error('Abort') : known)
    throw known
  } finally {
    await cache?.close()
    stepTimeout?.end()
    userStore?.stop()
  }
}

function failedRun({ input, program: { inputChannels, streamKeys: stateKeys } }: ExecuteOptions): FailedRun {
  return { input, inputChannels, stateKeys }
}

interface Start extends Located {
  readonly line: Line
  readonly store: Store | undefined
  /** The checkpoint as the store has it, when `loaded` has rebuilt channels besides. */
  readonly stored?: StoredCheckpoint
  readonly dropped?: VersionedStart['dropped']
}

/** What LangGraph's savers say, once a graph has run in vain. */
const missingThread =
  'Failed to put checkpoint. The passed RunnableConfig is missing a required "thread_id" field in its "configurable" ' +
  'property. When using a checkpointer, you must pass a "thread_id" so the checkpointer knows which conversation thread ' +
  'to persist state for. Example: graph.stream(input, { configurable: { thread_id: "my-thread-id" } })'

/** Where a run keeps its checkpoints. */
interface Place {
  readonly line: Line
  /** The store behind the saver, if it has one. */
  readonly own: Store | undefined
}

function placeOf({ saver, config, namespace }: ExecuteOptions): Place {
  const given = config.configurable['thread_id'] as string | number | undefined
  const threadId = String(given ?? '')
  const own = storeBehind(saver)
  if (own !== undefined && given === undefined) throw new Error(missingThread)
  if (own !== undefined && (threadId === '' || typeof given === 'object' || typeof given === 'boolean'))
    throw new InvalidSaverConfigError('thread_id', given)
  return { line: { threadId, namespace }, own }
}

/** A nested graph is within the lease of the run around it. */
function holdPlace(
  { isNested, config, onBusy }: ExecuteOptions,
  input: unknown,
  { own, line }: Place,
  signal: AbortSignal | undefined,
): Awaitable<HeldThread | undefined> {
  if (isNested || own === undefined) return undefined
  return holdForRun({ store: own, line, runId: config.runId, onBusy, signal }, input)
}

/** A store that answers at once is not awaited. */
function locateStart(
  { program, saver, config, isNested }: ExecuteOptions,
  { line, own }: Place,
): Start | Promise<Start> {
  if (saver === undefined) return { line, store: undefined, loaded: undefined, position: atHead }
  const reader = own ?? new SaverStore(saver, config, undefined)
  const start = (located: Located): Start => ({
    line,
    store: own ?? new SaverStore(saver, config, located.loaded, program.plan),
    ...located,
  })
  const locating = locate(reader, saver, line, config, isNested)
  return locating instanceof Promise ? locating.then(start) : start(locating)
}

function versioned(
  { program, saver, config, isNested }: ExecuteOptions,
  input: unknown,
  own: Store | undefined,
): VersionedRun {
  return {
    plan: program.plan,
    isStrict: program.isStrict,
    goesOn:
      input === null ||
      input === undefined ||
      isCommand(input) ||
      (isNested && config.configurable[keys.RESUMING] === true),
    rebuild: (loaded, formerName) =>
      saver === undefined ? loaded : rebuildChannels(program.plan, loaded, saver, config, formerName),
    presentName: (part) => presentName(config.configurable, part),
    openStore: () => own ?? new SaverStore(saver!, config, undefined),
  }
}

/** Delta channels are not in most checkpoints. */
function withRebuiltChannels(
  { program, saver, config }: ExecuteOptions,
  start: Start,
): Start | Promise<Start> {
  const { loaded } = start
  if (loaded === undefined || saver === undefined) return start
  const rebuilding = rebuildChannels(program.plan, loaded, saver, config)
  if (!(rebuilding instanceof Promise)) return start
  return rebuilding.then((rebuilt) => ({ ...start, loaded: rebuilt, stored: loaded }))
}

interface Around {
  readonly signal: AbortSignal | undefined
  readonly manager: CallbackManagerForChainRun | undefined
  readonly cache: NodeCache | undefined
  readonly held: HeldThread | undefined
}

function createRun(
  options: ExecuteOptions,
  start: Start,
  { signal, manager, cache, held }: Around,
): { run: Run; session: Session } {
  const { program, config, isNested } = options
  const { configurable } = config
  const { loaded, stored = loaded, line, store, position } = start
  const scratchpad = configurable[keys.SCRATCHPAD] as Scratchpad | undefined
  const around = (configurable[keys.CHECKPOINT_MAP] as Record<string, string> | undefined) ?? {}
  // A graph of LangGraph's around this one has ids of its own clock.
  if (isNested && store !== undefined) for (const id of Object.values(around)) idsAfter(id)
  const isResuming =
    configurable[keys.RESUMING] === true &&
    start.isReplayed !== true &&
    !(isNested && loaded !== undefined && isShared(line) && isEarlierCall(program.plan, loaded, around))
  const begin = beginning(options, start, isResuming, scratchpad)
  if (configurable[keys.STRICT_RESUME] === true && !isNested && !position.isSuperseded)
    refuseUnmatchedAnswer(options.input, loaded?.writes ?? [])
  const own = begin.kind === 'command' && begin.answer?.kind === 'byId' ? begin.answer.values : undefined
  const answers = own ?? (configurable[keys.RESUME_MAP] as Record<string, unknown> | undefined)
  if (answers !== undefined) configurable[keys.RESUME_MAP] = answers
  if (!isNested && position.isAddressed && loaded !== undefined && begin.kind !== 'input') {
    configurable[keys.REPLAY_STATE] = replayPoint(start, begin)
  }
  const control = (config.control ??= new RunControl()) as RunControl
  const session = new Session({
    program,
    config,
    saver: held === undefined ? options.saver : new StoreSaver(held),
    namespace: line.namespace,
    manager,
    answers,
    storedAnswers: isNested ? scratchpad?.storedAnswers : undefined,
    userInterrupt: options.userInterrupt,
    cache,
    externalSignal: config.signal,
    onCustom: options.onCustom,
  })
  const retry = lowerRetry(options.retry)
  const run = new Run({
    plan: program.plan,
    start: begin,
    line,
    store,
    held,
    loaded,
    position,
    durability: options.durability,
    snapshots: deltaSnapshots(program.plan, { loaded: stored, position, durability: options.durability }),
    rebuilt: rebuiltReducers(program.plan, start),
    isPassing: isNested && line.namespace.includes(':'),
    stepLimit: config.recursionLimit,
    interruptBefore: options.interruptBefore,
    interruptAfter: options.interruptAfter,
    maxConcurrency: config.maxConcurrency,
    retry,
    signal,
    isResuming,
    isNested,
    parents: around,
    context: session,
    drainReason: () =>
      control.drainRequested ? (control.drainReason ?? 'shutdown') : supersededReason(store),
    ...(cache !== undefined && { lookUp: (tasks: readonly Task[]) => cache.lookUp(tasks) }),
    classify: session.classify,
    keepsTurn: session.isFollowed,
    timeoutOf: ({ timeout }: SendPacket) => lowerTimeout(timeout as never),
    listener: options.listener,
  })
  return { run, session }
}

/** What was a delta channel, and is to be held by checkpoints again. */
function rebuiltReducers(plan: Plan, { loaded, stored }: Start): string[] | undefined {
  if (stored === undefined) return undefined
  const { deltas } = rebuiltChannels(plan)
  return Object.keys(loaded!.values).filter(
    (name) => !deltas.has(name) && !Object.hasOwn(stored.values, name),
  )
}

/** Whether all calls of the graph have this line: it is not named after a task. A number tells calls of one task apart. */
function isShared({ namespace }: Line): boolean {
  const own = namespace.split('|').findLast((segment) => !/^\d+$/.test(segment))
  return own !== undefined && !own.includes(':')
}

/**
 * Whether a line that all calls of a nested graph share stands where an earlier one has ended: the call that is to go
 * on has never begun.
 */
function isEarlierCall(
  plan: Plan,
  loaded: StoredCheckpoint,
  around: Readonly<Record<string, string>>,
): boolean {
  const { parents } = loaded.metadata
  const isSame = Object.entries(around).every(([namespace, id]) => parents[namespace] === id)
  return !isSame && dueTasks(plan, restoreState(plan, loaded), undefined).length === 0
}

/** A nested graph that waits for an answer takes the one that its caller was given. */
function beginning(
  { input, program, isNested }: ExecuteOptions,
  { loaded, store }: Start,
  isResuming: boolean,
  scratchpad: Scratchpad | undefined,
): RunStart {
  const start = startOf(input, program)
  if (start.kind === 'command' && start.answer !== undefined && store === undefined)
    throw new Error('Cannot use Command(resume=...) without checkpointer')
  if (!isNested || !isResuming || start.kind !== 'input' || loaded === undefined) return start
  if (scratchpad?.nullResume === undefined || !mayWait(loaded)) return start
  const answer = answerOf(scratchpad.consumeNullResume())
  return answer === undefined ? start : { kind: 'command', writes: [], answer }
}

/** Somebody who edits the state of a graph that waits, or copies it, leaves its question open on a checkpoint without it. */
function mayWait(loaded: StoredCheckpoint): boolean {
  return isEdit(loaded) || openQuestions(loaded.writes).length > 0
}

/**
 * Graphs within a replayed one go back to what they were before its checkpoint. If it is gone on from with an edit of
 * the state, they stay as they are.
 */
function replayPoint({ loaded, position }: Start, begin: RunStart): unknown {
  const hasAnswer = begin.kind === 'command' && begin.answer !== undefined
  const isEdited = isEdit(loaded!)
  if (hasAnswer || (!position.isSuperseded && !isEdited)) return undefined
  if (begin.kind === 'command' && !(isEdited && position.isSuperseded)) return replayFrom(afterAll)
  return replayFrom(isEdited ? (loaded!.parentId ?? loaded!.id) : loaded!.id)
}

/** Sorts after the id of every checkpoint. */
const afterAll = 'ffffffff-ffff-6fff-bfff-ffffffffffff'

function throwUnlessEnded(result: RunResult, isNested: boolean): void {
  switch (result.kind) {
    case 'finished':
      return
    case 'drained':
      throw new GraphDrained(result.reason)
    case 'interrupted':
      if (isNested) throw new GraphInterrupt([...result.questions] as never)
      return
    case 'paused':
      if (isNested) throw new GraphInterrupt([])
      return
    case 'escaped':
      if (isNested || isGraphDrained(result.signal)) throw result.signal
  }
}

/** Nodes see the user's store through a batching one; a nested graph shares that of the graph around it. */
function runningStore(store: BaseStore | undefined): { store: BaseStore; stop(): void } | undefined {
  if (store === undefined) return undefined
  if ((store as { lg_name?: string }).lg_name === 'AsyncBatchedStore') return { store, stop: () => undefined }
  const batched = new AsyncBatchedStore(store)
  batched.start()
  return { store: batched, stop: () => void batched.stop() }
}
