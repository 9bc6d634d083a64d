/** Root of every error the engine throws. Test `code`, not `instanceof`, across package copies. */
export abstract class EngineError extends Error {
  abstract readonly code: string

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** The writes of one superstep do not fit a channel. */
export class InvalidUpdateError extends EngineError {
  readonly code: 'CONCURRENT_WRITE' | 'INVALID_UPDATE'
  /** The channel's name, once the superstep that applied the update has put it there. */
  readonly channel: string | undefined
  /** What kind of channel it is, likewise. */
  readonly kind: string | undefined
  /** What was written, in order. */
  readonly updates: readonly unknown[]
  /** The one of them that does not fit, when that can be said. */
  readonly refused: unknown

  constructor(fields: {
    code: 'CONCURRENT_WRITE' | 'INVALID_UPDATE'
    message: string
    updates: readonly unknown[]
    channel?: string
    kind?: string
    refused?: unknown
    cause?: unknown
  }) {
    super(fields.message, { cause: fields.cause })
    this.code = fields.code
    this.updates = fields.updates
    this.channel = fields.channel
    this.kind = fields.kind
    this.refused = fields.refused
  }
}

/** A graph definition cannot be made into a plan. `problems` lists every mistake, not only the first. */
export class InvalidPlanError extends EngineError {
  readonly code = 'INVALID_PLAN'

  constructor(
    readonly plan: string,
    readonly problems: readonly string[],
  ) {
    super(
      `Graph "${plan}" has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n- ${problems.join('\n- ')}`,
    )
  }
}

/** A task sends to, or goes to, a node that does not exist. */
export class UnknownNodeError extends EngineError {
  readonly code = 'UNKNOWN_NODE'

  constructor(
    readonly target: string,
    /** The node that goes there; `undefined` when a checkpoint no longer tells. */
    readonly sender: string | undefined,
    readonly known: readonly string[],
  ) {
    const near = nearest(target, known)
    super(
      `${sender === undefined ? 'A task of this thread' : `Node "${sender}"`} goes to "${target}", but the graph has no node of that name. ` +
        (near.length > 0 ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}? ` : '') +
        `Its nodes are: ${known.join(', ')}.`,
    )
  }
}

/** A run took more supersteps than it may. Nothing is lost: the error carries what was reached. */
export class StepLimitError extends EngineError {
  readonly code = 'STEP_LIMIT'

  constructor(
    readonly limit: number,
    readonly at: { readonly threadId?: string; readonly checkpointId?: string; readonly step: number },
    /** Channel values at the last superstep. */
    readonly state: unknown,
    /** Names of the nodes that would have run next. */
    readonly next: readonly string[],
  ) {
    super(
      `Recursion limit of ${limit} reached without hitting a stop condition. ` +
        'You can increase the limit by setting the "recursionLimit" config key. ' +
        `It was reached at step ${at.step}` +
        (next.length > 0 ? ` with ${next.join(', ')} to run next. ` : '. ') +
        (at.threadId === undefined
          ? 'The state reached so far is in `error.state`.'
          : `Thread "${at.threadId}" is saved${at.checkpointId === undefined ? '' : ` at checkpoint ${at.checkpointId}`}: ` +
            'to go on from there, invoke it again with null as input.'),
    )
  }
}

/** One plain answer was given while several questions are open. */
export class AmbiguousResumeError extends EngineError {
  readonly code = 'AMBIGUOUS_RESUME'

  constructor(
    readonly threadId: string,
    readonly open: readonly {
      readonly id: string | undefined
      readonly node: string
      readonly value: unknown
    }[],
  ) {
    super(
      `Thread "${threadId}" waits for ${open.length} answers, but got one without an id. Answer by id: ` +
        `new Command({ resume: { ${open.map(({ id }) => `"${id}": …`).join(', ')} } }). Open are: ` +
        open.map(({ id, node, value }) => `${id} (asked by "${node}": ${brief(value)})`).join('; '),
    )
  }
}

/** An answer to a question that is not open: it was answered before, or never asked on this checkpoint. */
export class StaleResumeError extends EngineError {
  readonly code = 'STALE_RESUME'

  constructor(
    readonly threadId: string,
    /** The ids that are not open; empty for a plain answer. */
    readonly stale: readonly string[],
    readonly open: readonly string[],
  ) {
    super(
      (stale.length > 0
        ? `Thread "${threadId}" has no open question ${stale.join(', ')}: it was answered already, or belongs to another checkpoint. `
        : `Thread "${threadId}" got an answer, but no question is open: it was answered already, or none was asked. `) +
        (open.length > 0
          ? `Open are: ${open.join(', ')}.`
          : 'To go on without an answer, invoke the thread with null as input.'),
    )
  }
}

/** The thread holds nothing to go on from, and there is no input to begin with. */
export class NothingToRunError extends EngineError {
  readonly code = 'NOTHING_TO_RUN'
}

/** An attempt of a task took too long. */
export class TaskTimeoutError extends EngineError {
  readonly code = 'TASK_TIMEOUT'

  constructor(
    readonly node: string,
    /** `run`: the whole attempt; `idle`: since its last sign of life. */
    readonly kind: 'run' | 'idle',
    readonly timeoutMs: number,
    readonly elapsedMs: number,
  ) {
    super(
      `Node "${node}" ran into its ${kind} timeout of ${timeoutMs} ms after ${elapsedMs} ms. ` +
        'Raise the timeout of the node, or make it report progress (a write, a streamed token, `heartbeat()`).',
    )
  }
}

/** A node called another task after it had returned or thrown. */
export class TaskEndedError extends EngineError {
  readonly code = 'TASK_ENDED'

  constructor(
    readonly node: string,
    /** The name of the task that was called. */
    readonly called: string,
  ) {
    super(
      `Node "${node}" called "${called}" after it had ended, so nothing can be kept of that call. ` +
        'Await every call before the node returns.',
    )
  }
}

/** A scheduled task did not settle. A defect of the engine: please report it. */
export class LostTaskError extends EngineError {
  readonly code = 'LOST_TASK'

  constructor(readonly tasks: readonly string[]) {
    super(
      `Tasks were scheduled but did not settle: ${tasks.join(', ')}. This is a defect of the engine; please report it.`,
    )
  }
}

/** A value as an error shows it: JSON where it has one, cut to `length` characters. */
export function brief(value: unknown, length = 60): string {
  const text = textOf(value)
  return text.length > length ? `${text.slice(0, length - 3)}…` : text
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value) // a cycle, a bigint: an error must not fail on what it shows
  }
}

/** Up to three names that differ from `wanted` in at most a third of their letters, closest first. */
export function nearest(wanted: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(
      ({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(name.length, wanted.length) / 3)),
    )
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** Levenshtein's distance: how many letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(replace, previous[j]! + 1, current[j - 1]! + 1))
    }
    previous = current
  }
  return previous[b.length]!
}
