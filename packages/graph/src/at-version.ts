// Brings a thread to the version of the graph that is to go on with it: by the graph's migrations, or with an error that
// lists what would be lost.
import {
  atHead,
  bringUp,
  describeLoss,
  formerNames,
  incompatible,
  isSameShape,
  migratedCheckpoint,
  nestedIncompatibilities,
  systemClock,
  systemIds,
  type Diagnostic,
  type Plan,
  type Position,
  type Standstill,
  type Store,
  type StoredCheckpoint,
} from '@cairn/engine'
import { savedDeltas } from './lower/delta-channel.ts'
import { moveSharedLines } from './move-shared-lines.ts'

/** Where a run is to begin. */
export interface VersionedStart {
  readonly loaded: StoredCheckpoint | undefined
  readonly position: Position
  readonly store: Store | undefined
  /** What the run is warned of: parts of the thread that the graph has no place for, and nobody waits for. */
  readonly dropped?: readonly Diagnostic[] | undefined
}

export interface VersionedRun {
  readonly plan: Plan
  /** Nothing is dropped. */
  readonly isStrict: boolean
  /** The run goes on with the tasks that the thread stopped at: it has no new input. */
  readonly goesOn: boolean
  /** Gives a checkpoint the values of channels that it does not hold. `formerName`: of a channel of the plan. */
  rebuild(
    loaded: StoredCheckpoint,
    formerName: (channel: string) => string,
  ): StoredCheckpoint | Promise<StoredCheckpoint>
  /** Of a node that a part of the graph's namespace is named after. */
  presentName(part: string): string
  /** For lines of the thread that are not the graph's own. */
  openStore(): Store
}

/**
 * The start as it is for a thread that the same graph has brought there; otherwise one in the graph's own words.
 * @throws {IncompatibleGraphError} when something would be lost
 */
export function atVersion<Start extends VersionedStart>(
  run: VersionedRun,
  start: Start,
): Start | Promise<Start> {
  const { loaded, store } = start
  if (loaded === undefined || store === undefined || isSameShape(run.plan, loaded)) return start
  return broughtUp(run, start, loaded, store)
}

async function broughtUp<Start extends VersionedStart>(
  { plan, isStrict, goesOn, rebuild, openStore, presentName }: VersionedRun,
  start: Start,
  loaded: StoredCheckpoint,
  store: Store,
): Promise<Start> {
  const found = await bringUp(plan, loaded, { rebuild })
  const { standstill, isMigrated, isPending, losses } = found
  if (isPending && goesOn) {
    if (losses.length > 0) throw incompatible(plan, loaded, losses)
    await lookWithin(plan, loaded, standstill, store)
  }
  const left = losses.filter(({ kind }) => kind === 'channel' || kind === 'join')
  if (isStrict && left.length > 0) throw incompatible(plan, loaded, left)
  const dropped = left.map((loss): Diagnostic => ({
    kind: 'dropped-value',
    message:
      `Thread "${loaded.line.threadId}" goes on without a part of its state: ${describeLoss(loss)}. ` +
      'A migration says what became of it; with `strict: true` this is an error.',
  }))
  if (!isMigrated) return { ...start, dropped }
  const { loaded: migrated, ...commit } = migratedCheckpoint(plan, loaded, inSavedForm(plan, standstill), {
    ids: systemIds,
    clock: systemClock,
  })
  await moveSharedLines(plan, loaded.line, renamedNodes(loaded, standstill), presentName, openStore)
  await store.commit({ line: loaded.line, ...commit })
  return { ...start, loaded: migrated, position: positionAfter(start.position), dropped }
}

/**
 * Nested graphs look for themselves when they are called; before anything runs is better. Without a shape nothing tells
 * that they may have changed, and the saver is not asked for what it may not have.
 */
async function lookWithin(
  plan: Plan,
  loaded: StoredCheckpoint,
  standstill: Standstill,
  store: Store,
): Promise<void> {
  if (loaded.shape === undefined) return
  const [within] = await nestedIncompatibilities(plan, loaded, standstill, (line) => store.load(line))
  if (within !== undefined) throw within
}

/** Name in the stored checkpoint → present name, of nodes that have another one. */
function renamedNodes(loaded: StoredCheckpoint, { naming }: Standstill): ReadonlyMap<string, string> {
  const before = formerNames(loaded)?.nodes ?? {}
  const stored = new Map(Object.entries(before).map(([name, first]) => [first, name]))
  return new Map(
    Object.entries(naming.nodes)
      .map(([now, first]): [string, string] => [stored.get(first) ?? first, now])
      .filter(([name, now]) => name !== now),
  )
}

/** A checkpoint that a migration makes holds every channel whole: nothing is rebuilt from what was written before it. */
function inSavedForm(plan: Plan, standstill: Standstill): Standstill {
  return { ...standstill, values: savedDeltas(plan, standstill.values) }
}

/** The migrated checkpoint is the newest of its line, and stands for the one it was made from. */
function positionAfter(position: Position): Position {
  return position.isSuperseded || position.isNestedAddress ? position : atHead
}
