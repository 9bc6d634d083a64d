// Which checkpoints of a thread a policy keeps. Pure: the same tree, policies and time always give the same.
//   K1. What is newest on a branch stays, and so does the checkpoint where branches part.
//   K2. A checkpoint beside which a task waits or failed stays, and so do those that called its graph.
//   K3. What the value of a delta channel is rebuilt from stays as long as one that needs it.
//   K4. A nested graph's checkpoint goes with that of its caller. A line that outlives its calls (`checkpointer: true`)
//       keeps its newest as well, and what each kept checkpoint of a caller would find there in a replay.
//   K5. Pruning again with the same policy, at the same time, removes nothing more.
import { compareCodePoints } from '@cairn/engine'
import type { CheckpointNode } from './checkpoint-node.ts'
import { type RetentionPolicy, durationMs, hasRule } from './retention-policy.ts'

/** Those of a thread's checkpoints, in all its lines, that at least one of the policies or something else needs. */
export function checkpointsToKeep(
  checkpoints: readonly CheckpointNode[],
  policies: readonly RetentionPolicy[],
  nowMs: number,
): ReadonlySet<CheckpointNode> {
  const steps = keepInSteps(checkpoints, policies, nowMs)
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

/** The same in many short steps, for threads that are so long that others must get their turn in between. */
export function* keepInSteps(
  checkpoints: readonly CheckpointNode[],
  policies: readonly RetentionPolicy[],
  nowMs: number,
): Generator<void, ReadonlySet<CheckpointNode>> {
  if (!policies.some(hasRule)) return new Set(checkpoints)
  const lines = yield* placed(checkpoints)
  return yield* new Keeper(lines, policies, nowMs).kept()
}

/** Items that are looked at in one step. */
const stepLength = 250

function* inSteps<Item>(items: Iterable<Item>, visit: (item: Item) => void): Generator<void, void> {
  let count = 0
  for (const item of items) {
    visit(item)
    if (++count % stepLength === 0) yield
  }
}

/** A checkpoint in its line. */
interface Place {
  readonly node: CheckpointNode
  parent: Place | undefined
  readonly children: Place[]
  /** The checkpoint that the graph around this one was at; `undefined` for the thread's own line, or if it is not there. */
  caller: Place | undefined
  isKept: boolean
}

interface PlacedLine {
  readonly namespace: string
  readonly places: Place[]
  /** Belongs to one call: the namespace names the task. */
  readonly isOfOneCall: boolean
  readonly level: number
}

class Keeper {
  readonly #lines: PlacedLine[]
  readonly #policies: readonly RetentionPolicy[]
  readonly #nowMs: number

  constructor(lines: PlacedLine[], policies: readonly RetentionPolicy[], nowMs: number) {
    this.#lines = lines
    this.#policies = policies.filter(hasRule)
    this.#nowMs = nowMs
  }

  *kept(): Generator<void, ReadonlySet<CheckpointNode>> {
    const pins = new Set(this.#policies.flatMap((policy) => policy.pins ?? []))
    yield* inSteps(this.#places(), (place) => {
      if (place.node.isUnfinished || pins.has(place.node.id)) keepWithCallers(place)
    })
    // Callers come before those they called, since what stays of these depends on them.
    for (const line of this.#lines) {
      yield* this.#keepInLine(line)
      yield* keepSources(line.places)
    }
    const kept = new Set<CheckpointNode>()
    yield* inSteps(this.#places(), (place) => {
      if (place.isKept) kept.add(place.node)
    })
    return kept
  }

  *#places(): Generator<Place> {
    for (const { places } of this.#lines) yield* places
  }

  *#keepInLine(line: PlacedLine): Generator<void, void> {
    yield* inSteps(line.places, (place) => {
      const { caller, children } = place
      if (caller?.isKept === true) place.isKept = true
      // In a line of one call the end of a branch is nothing to go on from once its caller is gone.
      const isLasting = !line.isOfOneCall || caller === undefined
      if (isLasting && children.length !== 1) place.isKept = true
    })
    const own = line.places.filter(({ caller }) => caller === undefined)
    for (const policy of this.#policies) yield* this.#applyRules(policy, own)
    if (!line.isOfOneCall) yield* keepForReplays(line, this.#lines)
  }

  *#applyRules(
    { keepLast, maxAge, keepEvery }: RetentionPolicy,
    places: readonly Place[],
  ): Generator<void, void> {
    const ageMs = maxAge === undefined ? undefined : durationMs(maxAge)
    yield* inSteps(places, (place) => {
      const { node, parent, children } = place
      // An age that cannot be told is no reason to remove anything.
      if (ageMs !== undefined && !(this.#nowMs - node.createdAtMs > ageMs)) place.isKept = true
      if (keepEvery !== undefined && isFirstOf(keepEvery, node, parent?.node)) place.isKept = true
      if (keepLast !== undefined && children.length === 0) keepBefore(place, keepLast)
    })
  }
}

/** Only the parent is looked at: whoever is first of its group stays, so this never changes by pruning. */
function isFirstOf(interval: number, { step }: CheckpointNode, parent: CheckpointNode | undefined): boolean {
  if (step === undefined || parent?.step === undefined) return true
  return Math.floor(step / interval) !== Math.floor(parent.step / interval)
}

function keepBefore(tip: Place, count: number): void {
  let left = count
  for (let place: Place | undefined = tip; place !== undefined && left > 0; place = place.parent, left--)
    place.isKept = true
}

function keepWithCallers(place: Place): void {
  for (let at: Place | undefined = place; at !== undefined; at = at.caller) at.isKept = true
}

/** Everything back to where the delta channels that a kept checkpoint needs are held whole. */
function* keepSources(places: readonly Place[]): Generator<void, void> {
  const waiting = places.filter(({ isKept, node }) => isKept && node.needs.length > 0)
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const needs = new Set(place.node.needs)
    // Damaged records may lead in a circle, which is no longer than the line.
    let left = places.length
    for (let at = place.parent; at !== undefined && needs.size > 0 && left > 0; at = at.parent, left--) {
      if (!at.isKept) waiting.push(at)
      at.isKept = true
      for (const channel of at.node.holds) needs.delete(channel)
    }
    yield
  }
}

/** A replay from a checkpoint of the caller finds the newest of this line that is older than that checkpoint. */
function* keepForReplays(line: PlacedLine, lines: readonly PlacedLine[]): Generator<void, void> {
  for (const { places } of callerLinesOf(line, lines)) {
    let at = 0
    let newest: Place | undefined
    yield* inSteps(places, ({ node, isKept }) => {
      for (; at < line.places.length && compareCodePoints(line.places[at]!.node.id, node.id) < 0; at++)
        newest = line.places[at]
      if (isKept && newest !== undefined) newest.isKept = true
    })
  }
}

/** The lines that it was called from; the checkpoints that called it may be gone. */
function callerLinesOf({ places, level }: PlacedLine, lines: readonly PlacedLine[]): Set<PlacedLine> {
  const around = new Set(places.flatMap(({ node }) => Object.keys(node.callers)))
  return new Set(lines.filter((each) => each.level < level && around.has(each.namespace)))
}

/** Lines whose callers stand in others come after these; the checkpoints of a line are in the order of their ids. */
function* placed(checkpoints: readonly CheckpointNode[]): Generator<void, PlacedLine[]> {
  const lines = new Map<string, PlacedLine>()
  const index = new Map<string, Place>()
  yield* inSteps(checkpoints, (node) => {
    const { namespace } = node
    let line = lines.get(namespace)
    if (line === undefined) lines.set(namespace, (line = emptyLine(namespace)))
    const place: Place = { node, parent: undefined, children: [], caller: undefined, isKept: false }
    line.places.push(place)
    index.set(keyOf(namespace, node.id), place)
  })
  for (const { places } of lines.values()) {
    places.sort((left, right) => compareCodePoints(left.node.id, right.node.id))
    yield
  }
  yield* inSteps(index.values(), (place) => {
    const { namespace, parentId } = place.node
    place.parent = parentId === undefined ? undefined : index.get(keyOf(namespace, parentId))
    // Damaged records may name each other.
    if (place.parent === place) place.parent = undefined
    place.parent?.children.push(place)
    place.caller = callerOf(place.node, index)
  })
  return [...lines.values()].toSorted((left, right) => left.level - right.level)
}

/** The innermost graph around it whose checkpoint is there. */
function callerOf({ namespace, callers }: CheckpointNode, index: Map<string, Place>): Place | undefined {
  const level = levelOf(namespace)
  return Object.entries(callers)
    .filter(([around]) => levelOf(around) < level)
    .toSorted(([left], [right]) => levelOf(right) - levelOf(left))
    .map(([around, id]) => index.get(keyOf(around, id)))
    .find((place) => place !== undefined)
}

function emptyLine(namespace: string): PlacedLine {
  return { namespace, places: [], isOfOneCall: namespace.includes(':'), level: levelOf(namespace) }
}

/** `''` is 0, `node:task` 1, `node:task|inner:task` 2. */
function levelOf(namespace: string): number {
  return namespace === '' ? 0 : namespace.split('|').length
}

function keyOf(namespace: string, id: string): string {
  return `${namespace}\0${id}`
}
