// Tasks of one superstep settle in an order that depends on how many turns of the microtask queue an engine takes
// for them, which is nobody's contract. So what they tell while they run is put in the order of their names.

import { compareText, masked } from './masked.ts'

type StreamedChunk = readonly [namespace: string[], mode: string, payload: unknown]

/**
 * Sorts the chunks of each stretch between two barriers by the task they are from. Chunks of one task keep their
 * order, after those of the graphs within it, which are sorted in the same way. Of a superstep that fails, LangGraph
 * loses what its consumer has not taken yet: it is left out.
 */
export function inTaskOrder(chunks: readonly unknown[]): unknown[] {
  const failure = chunks.findIndex(isFailure)
  const whole = chunks.slice(0, failure === -1 ? chunks.length : failure) as StreamedChunk[]
  const ordered = ofGraph(whole, 0, failure === -1)
  return failure === -1 ? ordered : [...ordered, chunks[failure]]
}

function ofGraph(
  chunks: readonly StreamedChunk[],
  depth: number,
  isWhole: boolean,
  began = chunks.flatMap((chunk) => idOf(chunk) ?? []),
): unknown[] {
  const ordered: unknown[] = []
  let stretch = new Stretch(depth, began)
  for (const chunk of chunks) {
    if (stretch.takes(chunk)) continue
    ordered.push(...stretch.sorted(), chunk)
    stretch = new Stretch(depth, began)
  }
  return isWhole ? [...ordered, ...stretch.sorted()] : ordered
}

/** What the tasks of one superstep told, with the graphs within them. */
class Stretch {
  readonly #depth: number
  /** Ids of the tasks, in the order in which they began. */
  readonly #began: string[]
  readonly #tasks = new Map<
    string,
    { readonly within: Map<string, StreamedChunk[]>; readonly own: StreamedChunk[] }
  >()

  constructor(depth: number, began: string[]) {
    this.#depth = depth
    this.#began = began
  }

  /** Whether the chunk is from a task, and not from the barrier after them. */
  takes(chunk: StreamedChunk): boolean {
    const [namespace, mode, payload] = chunk
    const inner = namespace[this.#depth]
    if (inner !== undefined) {
      const { within } = this.#task(inner.split(':')[0]!)
      const graph = within.get(inner)
      if (graph === undefined) within.set(inner, [chunk])
      else graph.push(chunk)
      return true
    }
    const name = nameOf(mode, payload as Record<string, unknown>)
    if (name === undefined) return false
    this.#task(name).own.push(chunk)
    return true
  }

  sorted(): unknown[] {
    return [...this.#tasks]
      .toSorted(([a], [b]) => compareText(a, b))
      .flatMap(([, { within, own }]) => [
        ...[...within]
          .toSorted(([a], [b]) => this.#rank(a) - this.#rank(b))
          .flatMap(([, chunks]) => ofGraph(chunks, this.#depth + 1, true, this.#began)),
        ...inOrderOfText(own, this.#began),
      ])
  }

  /** Graphs within tasks of one name come in the order in which their tasks began. */
  #rank(namespace: string): number {
    return this.#began.indexOf(namespace.slice(namespace.indexOf(':') + 1))
  }

  #task(name: string) {
    let task = this.#tasks.get(name)
    if (task === undefined) this.#tasks.set(name, (task = { within: new Map(), own: [] }))
    return task
  }
}

function idOf([, mode, payload]: StreamedChunk): string | undefined {
  return mode === 'tasks' ? (payload as { id: string }).id : undefined
}

/** Where the task of a chunk stands among those that began. */
function rankOf(chunk: StreamedChunk, began: readonly string[]): number {
  const [namespace, mode, payload] = chunk
  const inner = mode === 'debug' ? (payload as { payload: unknown }).payload : payload
  return began.indexOf(idOf([namespace, 'tasks', inner]) ?? '')
}

/**
 * Tasks that were sent to one node have one name: what they tell is put in the order of its text, and where that is
 * the same, in the order in which they began.
 */
function inOrderOfText(chunks: readonly StreamedChunk[], began: readonly string[]): readonly StreamedChunk[] {
  if (new Set(chunks.map(idOf)).size < 3) return chunks // of one task, beside those that name none
  return chunks.toSorted(
    (a, b) =>
      compareText(masked(JSON.stringify(a)), masked(JSON.stringify(b))) ||
      rankOf(a, began) - rankOf(b, began),
  )
}

/** The task that a chunk is about; `undefined` for a chunk of the barrier. */
function nameOf(mode: string, payload: Record<string, unknown>): string | undefined {
  switch (mode) {
    case 'updates':
      return questionsIn(payload) ?? Object.keys(payload)[0]
    case 'values':
      return questionsIn(payload)
    case 'tasks':
      return 'result' in payload || startsLate(payload) ? String(payload['name']) : undefined
    case 'debug':
      return payload['type'] === 'checkpoint'
        ? undefined
        : nameOf('tasks', payload['payload'] as typeof payload)
    case 'custom':
      return '~custom'
    case 'messages':
      return String((payload as unknown as [unknown, { langgraph_node?: string }])[1].langgraph_node)
    default:
      return undefined
  }
}

/** The chunks of one question stay together, after all that tasks tell. */
function questionsIn(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined
  return '__interrupt__' in payload ? `~${masked(JSON.stringify(payload['__interrupt__']))}` : undefined
}

/** An error handler starts among the tasks of its superstep, and so does a called task, if its name says that it is one. */
function startsLate({ name }: Record<string, unknown>): boolean {
  return /error_handler__|^called by /.test(String(name))
}

function isFailure(chunk: unknown): boolean {
  return typeof chunk === 'object' && chunk !== null && 'thrown' in chunk
}
