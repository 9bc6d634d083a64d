// Who may write to a thread: the run, or the edit of its state, that has its lease.
import { GraphDrained, isCommand, isGraphDrained, type BaseCheckpointSaver } from '@langchain/langgraph'
import {
  HeldThread,
  RunSupersededError,
  StaleResumeError,
  holdThread,
  openQuestions,
  systemIds,
  type Awaitable,
  type Line,
  type OnBusy,
  type RunResult,
  type Store,
} from '@cairn/engine'
import { ambientConfig } from './langgraph/ambient.ts'
import { CHECKPOINTER } from './langgraph/config-keys.ts'
import { storeBehind } from './langgraph/store-behind.ts'
import { answerOf } from './run-input.ts'

export interface HoldLineOptions {
  readonly store: Store
  readonly line: Line
  /** What the run is called, if it has a name of its own. */
  readonly runId: string | undefined
  readonly onBusy: OnBusy
  readonly signal: AbortSignal | undefined
}

/** Takes the thread. `undefined` for a store that gives no leases. One that answers at once is not awaited. */
export function holdLine({
  store,
  line: { threadId },
  runId = systemIds.passingId(),
  onBusy,
  signal,
}: HoldLineOptions): Awaitable<HeldThread | undefined> {
  const { leases } = store
  return leases === undefined ? undefined : holdThread({ store, leases, threadId, runId, onBusy, signal })
}

/**
 * The same for a run. A plain answer that has to wait for the thread is for what is asked now: whoever comes first may
 * answer that, and then it is not for the next question.
 * @throws {StaleResumeError}
 */
export function holdForRun(options: HoldLineOptions, input: unknown): Awaitable<HeldThread | undefined> {
  const isPlainAnswer = isCommand(input) && answerOf((input as { resume?: unknown }).resume)?.kind === 'plain'
  if (options.store.leases === undefined || options.onBusy === 'reject' || !isPlainAnswer)
    return holdLine(options)
  return holdToAnswer(options)
}

async function holdToAnswer(options: HoldLineOptions): Promise<HeldThread> {
  const { store, line } = options
  const asked = await openIds(store, line)
  const held = (await holdLine(options))!
  try {
    const stillAsked = await openIds(held, line)
    if (stillAsked.every((id) => asked.includes(id))) return held
    throw new StaleResumeError(line.threadId, [], stillAsked)
  } catch (error) {
    await held.release()
    throw error
  }
}

async function openIds(store: Store, line: Line): Promise<string[]> {
  const loaded = await store.load(line)
  return openQuestions(loaded?.writes ?? []).flatMap(({ id }) => id ?? [])
}

/** The store that belongs to an edit of this thread's state, and whether the edit has to take the thread first. */
export function storeForEdit(store: Store, threadId: string): { store: Store; isHeld: boolean } {
  const around = storeBehind(ambientConfig()?.configurable?.[CHECKPOINTER] as BaseCheckpointSaver | undefined)
  if (around instanceof HeldThread && around.covers(store, threadId)) return { store: around, isHeld: true }
  return store instanceof HeldThread
    ? { store: store.storeFor(threadId), isHeld: store.covers(store, threadId) }
    : { store, isHeld: false }
}

/** Why a run stops before a superstep, if another one has asked for its thread. */
export function supersededReason(store: Store | undefined): string | undefined {
  return store instanceof HeldThread && store.askedBy !== undefined ? superseded : undefined
}

const superseded = 'another run has asked for the thread'

/** @throws {RunSupersededError} when that is why the run has stopped, in a graph within it or in its own supersteps */
export function throwIfSuperseded(result: RunResult, held: HeldThread | undefined): void {
  if (held?.askedBy === undefined) return
  const drained = result.kind === 'drained' ? new GraphDrained(result.reason) : undefined
  const signal = result.kind === 'escaped' ? result.signal : drained
  if (isGraphDrained(signal) && signal.reason === superseded)
    throw new RunSupersededError(held.threadId, held.askedBy)
}
