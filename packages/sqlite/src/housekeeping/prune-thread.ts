import type { Connection } from '../connection.ts'
import { keepInSteps } from '../retention/checkpoints-to-keep.ts'
import type { RetentionPolicy } from '../retention/retention-policy.ts'
import type { HousekeepingTables } from './housekeeping-tables.ts'
import { removeCheckpoints } from './remove-checkpoints.ts'
import { deleteRows, findDeadRows, goneKeys } from './sweep-values.ts'
import { scanLine, type ScannedCheckpoint, type ScannedLine } from './thread-scan.ts'
import { ThreadChangedError, ThreadVersion } from './thread-version.ts'
import type { TimeSlices } from './time-slices.ts'
import { readAtOneMoment } from './write-when-free.ts'

/** How often a thread is looked at anew when it changes meanwhile. What is left goes the next time. */
const mostAttempts = 10

/** What pruning made of a thread, or would make of it. */
export interface PrunedThread {
  readonly threadId: string
  /** Checkpoints that went, those of nested graphs included. */
  readonly removed: number
  readonly kept: number
  /** What the removed checkpoints and the values that only they held took in the file, about. */
  readonly bytes: number
  /** False when the thread changed again and again while it was looked at; the rest goes the next time. */
  readonly isComplete: boolean
}

interface Pruning {
  readonly connection: Connection
  readonly tables: HousekeepingTables
  readonly slices: TimeSlices
  readonly nowMs: number
}

interface Plan {
  readonly version: ThreadVersion
  readonly removed: readonly ScannedCheckpoint[]
  readonly kept: number
}

/** What pruning a thread would do. */
export async function previewPruning(
  threadId: string,
  policies: readonly RetentionPolicy[],
  pruning: Pruning,
): Promise<PrunedThread> {
  const { connection, tables, slices } = pruning
  return await readAtOneMoment(connection, async () => {
    const plan = await planned(threadId, policies, pruning)
    if (plan === undefined || plan.removed.length === 0) {
      return { threadId, removed: 0, kept: plan?.kept ?? 0, bytes: 0, isComplete: true }
    }
    const { version, removed, kept } = plan
    const marking = { tables, threadId, thread: version.thread, slices }
    const dead = await findDeadRows(marking, await goneKeys(removed, slices))
    const bytes = sizeOfEntries(removed) + dead.bytes
    return { threadId, removed: removed.length, kept, bytes, isComplete: true }
  })
}

/** Takes out of a thread what none of the policies keeps. */
export async function pruneThread(
  threadId: string,
  policies: readonly RetentionPolicy[],
  pruning: Pruning,
): Promise<PrunedThread> {
  const { connection } = pruning
  let removed = 0
  let bytes = 0
  for (let attempt = 0; ; attempt++) {
    const plan = await readAtOneMoment(connection, () => planned(threadId, policies, pruning))
    if (plan === undefined) return { threadId, removed, kept: 0, bytes, isComplete: true }
    const { version, kept } = plan
    try {
      for (const [line, ofLine] of inOrder(plan.removed)) {
        await removeCheckpoints(line, ofLine, {
          ...pruning,
          version,
          onRemoved(gone) {
            removed += gone.length
            bytes += sizeOfEntries(gone)
          },
        })
      }
      if (version.mayHoldDeadValues) bytes += await sweepThread(threadId, version, pruning)
      return { threadId, removed, kept, bytes, isComplete: true }
    } catch (error) {
      if (!(error instanceof ThreadChangedError)) throw error
      if (attempt === mostAttempts) return { threadId, removed, kept, bytes, isComplete: false }
    }
  }
}

/** Takes the values out that nothing refers to; gives how many bytes they took. */
export async function sweepThread(
  threadId: string,
  version: ThreadVersion,
  { connection, tables, slices }: Pruning,
): Promise<number> {
  const marking = { tables, threadId, thread: version.thread, slices }
  const dead = await readAtOneMoment(connection, () => findDeadRows(marking))
  await deleteRows(connection, marking, version, dead)
  return dead.bytes
}

async function planned(
  threadId: string,
  policies: readonly RetentionPolicy[],
  { connection, tables, slices, nowMs }: Pruning,
): Promise<Plan | undefined> {
  const rows = tables.lines.matching(threadId, undefined)
  const version = rows[0] && ThreadVersion.of(connection.database, rows[0].thread)
  if (version === undefined) return undefined
  const lines: ScannedLine[] = []
  for (const row of rows) lines.push(await scanLine(row, tables, slices))
  const checkpoints = lines.flatMap((line) => [...line.checkpoints.values()])
  const nodes = checkpoints.map(({ node }) => node)
  const kept = await slices.through(keepInSteps(nodes, policies, nowMs))
  const removed = checkpoints.filter(({ node }) => !kept.has(node))
  return { version, removed, kept: kept.size }
}

/**
 * Nested calls come before what called them: if it all ends in between, those that are left still know whose they
 * are.
 */
function inOrder(removed: readonly ScannedCheckpoint[]): [ScannedLine, ScannedCheckpoint[]][] {
  const byLine = new Map<ScannedLine, ScannedCheckpoint[]>()
  for (const checkpoint of removed) {
    const known = byLine.get(checkpoint.line)
    if (known === undefined) byLine.set(checkpoint.line, [checkpoint])
    else known.push(checkpoint)
  }
  const level = ({ row }: ScannedLine) => (row.namespace === '' ? 0 : row.namespace.split('|').length)
  return [...byLine].toSorted(([one], [other]) => level(other) - level(one))
}

function sizeOfEntries(checkpoints: readonly ScannedCheckpoint[]): number {
  return checkpoints.reduce((sum, { bytes }) => sum + bytes, 0)
}
