// The engine's errors, in the classes that programs written for LangGraph test for.
import {
  EmptyInputError,
  GraphRecursionError,
  InvalidUpdateError,
  isCommand,
  type BaseLangGraphErrorFields,
} from '@langchain/langgraph'
import {
  InvalidUpdateError as EngineInvalidUpdateError,
  NothingToRunError,
  StepLimitError,
  UnknownNodeError as EngineUnknownNodeError,
} from '@cairn/engine'

export {
  AmbiguousResumeError,
  IncompatibleGraphError,
  HeadMovedError,
  LeaseLostError,
  RunSupersededError,
  StaleResumeError,
  ThreadBusyError,
} from '@cairn/engine'

const concurrent = { lc_error_code: 'INVALID_CONCURRENT_GRAPH_UPDATE' } as const

/** A node goes to, or sends to, a node that does not exist. */
export class UnknownNodeError extends InvalidUpdateError {
  readonly code = 'UNKNOWN_NODE'
  readonly target: string
  /** The node that goes there; `undefined` for a command that a run is given. */
  readonly sender: string | undefined
  /** Names of the graph's nodes. */
  readonly known: readonly string[]

  constructor(target: string, sender: string | undefined, known: readonly string[]) {
    const { message } = new EngineUnknownNodeError(target, sender, known)
    super(message.replace(/^A task of this thread/, 'The command'))
    this.name = 'UnknownNodeError'
    this.target = target
    this.sender = sender
    this.known = known
  }
}

/** A node wrote a key that the state does not have, in a graph compiled with `strict: true`. */
export class UnknownKeyError extends InvalidUpdateError {
  readonly code = 'UNKNOWN_KEY'

  constructor(
    readonly node: string,
    readonly key: string,
    readonly known: readonly string[],
  ) {
    super(unknownKeyMessage(node, key, known))
    this.name = 'UnknownKeyError'
  }
}

export function unknownKeyMessage(node: string, key: string, known: readonly string[]): string {
  return `Node "${node}" returned the key "${key}", which the state does not have; its keys are ${known.join(', ')}.`
}

/** A graph that cannot run on Cairn's engine was to be adopted. */
export class CannotAdoptError extends Error {
  readonly code = 'CANNOT_ADOPT'

  constructor(
    readonly graph: string,
    reason: string,
  ) {
    super(`"${graph}" cannot be adopted: ${reason}`)
    this.name = 'CannotAdoptError'
  }
}

/** The recursion limit was reached. What the run has done is kept: the error says where, and how to go on. */
export class RecursionLimitError extends GraphRecursionError {
  readonly code = 'STEP_LIMIT'
  /** `undefined` when nothing is saved: then `state` is all there is. */
  readonly threadId: string | undefined
  readonly checkpointId: string | undefined
  /** Values of the state's channels at the last superstep. */
  readonly state: Readonly<Record<string, unknown>>
  /** The nodes that would have run next. */
  readonly next: readonly string[]

  constructor(cause: StepLimitError, state: Readonly<Record<string, unknown>>) {
    super(cause.message, { lc_error_code: 'GRAPH_RECURSION_LIMIT' })
    this.cause = cause
    this.threadId = cause.at.threadId
    this.checkpointId = cause.at.checkpointId
    this.state = state
    this.next = cause.next
  }
}

/** What the error is about, if it ended a run. */
export interface FailedRun {
  readonly input: unknown
  readonly inputChannels: string | readonly string[]
  readonly stateKeys: string | readonly string[]
}

/** The error that users of LangGraph expect for one of the engine's; any other error as it is. */
export function toLangGraphError(error: unknown, run?: FailedRun): unknown {
  if (error instanceof StepLimitError) {
    const state = error.state as Record<string, unknown>
    const stateKeys = [run?.stateKeys ?? []].flat()
    return new RecursionLimitError(
      error,
      Object.fromEntries(stateKeys.filter((key) => key in state).map((key) => [key, state[key]])),
    )
  }
  if (error instanceof EngineInvalidUpdateError) return withCause(toInvalidUpdateError(error), error)
  if (error instanceof EngineUnknownNodeError) {
    const { target, sender, known, message } = error
    return withCause(Object.assign(new UnknownNodeError(target, sender, known), { message }), error)
  }
  if (error instanceof NothingToRunError) return withCause(new EmptyInputError(emptyInputMessage(run)), error)
  return error
}

/** As LangGraph says it; the cause says what to do. */
function emptyInputMessage(run: FailedRun | undefined): string {
  if (isCommand(run?.input)) return 'Received empty Command input'
  return `Received no input writes for ${JSON.stringify(run?.inputChannels, null, 2)}`
}

/** What LangGraph's own channels say, by their kind; any other says it itself. */
const refusals: Readonly<Record<string, readonly [message: string, code?: BaseLangGraphErrorFields]>> = {
  LastValue: ['LastValue can only receive one value per step.', concurrent],
  EphemeralValue: ['EphemeralValue can only receive one value per step.'],
  UntrackedValue: [
    'UntrackedValue(guard=true) can receive only one value per step. ' +
      'Use guard=false if you want to store any one of multiple values.',
    concurrent,
  ],
  BinaryOperatorAggregate: ['Can receive only one Overwrite value per step.'],
}

function toInvalidUpdateError({ kind, channel, updates, message, cause }: EngineInvalidUpdateError): Error {
  if (channel === undefined) return new InvalidUpdateError(message)
  const refused = cause as EngineInvalidUpdateError
  const [said, fields] = refusals[kind!] ?? [isBarrier(kind!) ? unawaited(refused) : refused.message]
  const inner = new InvalidUpdateError(said, fields)
  const error = new InvalidUpdateError(
    `Invalid update for channel "${channel}" with values ${written(updates)}: ${inner.message}`,
  )
  const code = inner.lc_error_code ?? (refused.cause as BaseLangGraphErrorFields | undefined)?.lc_error_code
  if (code !== undefined) error.lc_error_code = code
  return error
}

function isBarrier(kind: string): boolean {
  return kind === 'NamedBarrierValue' || kind === 'NamedBarrierValueAfterFinish'
}

/** The names are not told: LangGraph writes a set as JSON. */
function unawaited({ refused }: EngineInvalidUpdateError): string {
  return `Value ${JSON.stringify(refused)} not in names {}`
}

function written(updates: readonly unknown[]): string {
  try {
    return JSON.stringify(updates)
  } catch {
    return String(updates) // a cycle, a bigint
  }
}

function withCause<T extends Error>(error: T, cause: unknown): T {
  error.cause = cause
  return error
}
