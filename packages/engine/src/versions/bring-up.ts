// Brings a stored thread to the version of the graph that is to go on with it, or says why it cannot be.
import type { Clock } from '../clock.ts'
import { CONTROL_POSITION, NULL_TASK_ID } from '../control.ts'
import type { Ids } from '../ids.ts'
import type { Plan, PlanNode } from '../plan.ts'
import type { Awaitable, Line, NewCheckpoint, StoredCheckpoint, TaskWrites } from '../store.ts'
import { pathText } from '../task.ts'
import type { Write } from '../write.ts'
import { IncompatibleGraphError, type IncompatibleAt } from './incompatible-graph-error.ts'
import { hasPendingWork, lostWork, type Loss } from './lost-work.ts'
import { migrateStandstill } from './migrate-standstill.ts'
import { migrationPath, type Migration } from './migration.ts'
import { nestedPlans, readShape, shapeOf } from './plan-shape.ts'
import { standstillOf, taskIds, versionOf, type DueTask, type Standstill } from './standstill.ts'

/** Where the newest checkpoint of a line comes from. */
export type LoadLine = (line: Line) => Awaitable<StoredCheckpoint | undefined>

/** A thread as the plan finds it. */
export interface BroughtUp {
  readonly standstill: Standstill
  /** What went before `standstill` is the version that the thread stands at. */
  readonly isMigrated: boolean
  /** The thread has more to do. */
  readonly isPending: boolean
  readonly losses: readonly Loss[]
}

/** Whether a checkpoint was made by a graph that looks the same, so that there is nothing to look for. */
export function isSameShape(plan: Plan, { shape }: StoredCheckpoint): boolean {
  return shape !== undefined && shape.hash === shapeOf(plan).hash
}

export interface BringUpOptions {
  /**
   * Gives a checkpoint that is migrated the values of channels which it does not hold. `formerName`: what a channel of
   * the plan was called.
   */
  rebuild?(stored: StoredCheckpoint, formerName: (channel: string) => string): Awaitable<StoredCheckpoint>
  /** Values stay what they are. */
  readonly onlyNames?: boolean
}

/** What the plan makes of a checkpoint that another one may have made. Nothing is stored. */
export async function bringUp(
  plan: Plan,
  stored: StoredCheckpoint,
  options: BringUpOptions = {},
): Promise<BroughtUp> {
  const migrations = migrationPath(plan.migrations, versionOf(stored), plan.version) ?? []
  const path = options.onlyNames === true ? migrations.map(namesOf) : migrations
  const whole =
    path.length === 0 || options.rebuild === undefined
      ? stored
      : await options.rebuild(stored, (channel) => formerChannel(path, channel))
  let standstill = standstillOf(whole)
  for (const migration of path) standstill = await migrateStandstill(standstill, migration)
  return {
    standstill,
    isMigrated: path.length > 0,
    isPending: hasPendingWork(standstill),
    losses: isTelling(stored) ? lostWork(plan, standstill) : [],
  }
}

/**
 * In the line of a nested graph, names alone do not tell: an edit of one that has not run yet leaves channels of the graph
 * around it there.
 */
function isTelling({ shape, line }: StoredCheckpoint): boolean {
  return shape !== undefined || line.namespace === ''
}

function namesOf({ from, to, nodes = {}, channels = {} }: Migration): Migration {
  return { from, to, nodes, channels }
}

/** What a channel was called before these migrations. */
function formerChannel(path: readonly Migration[], channel: string): string {
  return path.reduceRight((name, { channels = {} }) => {
    const [before] = Object.entries(channels).find(([, now]) => now === name) ?? [name]
    return before
  }, channel)
}

/** What a task that is due is called now: by who names it after the checkpoint, as if it had begun there. */
export interface PresentTask {
  readonly id: string
  readonly node: string
  readonly formerNode: string
}

/** Id of a task → what it would be called now; for those that are called something else. */
export function presentTaskIds(
  { id, line: { namespace }, metadata: { step } }: StoredCheckpoint,
  { tasks, naming }: Standstill,
): ReadonlyMap<string, PresentTask> {
  const now = { ...naming, checkpoint: id, namespace, step: step + 1, nodes: {}, channels: {} }
  const { sends: _, ...present } = now
  return new Map(
    tasks.flatMap(({ node, fired, index, ids }) =>
      taskIds(present, node, fired, index)
        .map((presentId, position): [string, PresentTask] => [
          ids[position]!,
          { id: presentId, node, formerNode: naming.nodes[node] ?? node },
        ])
        .filter(([former, task]) => former !== task.id),
    ),
  )
}

/** Lines of a thread that would lose something, its own and those of nested graphs that are known to be under way. */
export async function incompatibilities(
  plan: Plan,
  stored: StoredCheckpoint,
  load: LoadLine,
): Promise<IncompatibleGraphError[]> {
  if (isSameShape(plan, stored)) return []
  const { standstill, isPending, losses } = await bringUp(plan, stored)
  if (!isPending) return []
  const own = losses.length === 0 ? [] : [incompatible(plan, stored, losses)]
  return [...own, ...(await nestedIncompatibilities(plan, stored, standstill, load))]
}

export function incompatible(
  plan: Plan,
  stored: StoredCheckpoint,
  losses: readonly Loss[],
): IncompatibleGraphError {
  const at: IncompatibleAt = {
    threadId: stored.line.threadId,
    namespace: stored.line.namespace,
    checkpointId: stored.id,
    version: versionOf(stored),
  }
  return new IncompatibleGraphError({ name: plan.name, version: plan.version }, at, losses)
}

/** Of the graphs within tasks that have not finished. */
export async function nestedIncompatibilities(
  plan: Plan,
  { line }: StoredCheckpoint,
  { tasks, naming }: Standstill,
  load: LoadLine,
): Promise<IncompatibleGraphError[]> {
  const open = tasks
    .filter(({ isFinished }) => !isFinished)
    .map((task) => ({ task, node: plan.nodeByName.get(task.node) }))
    .filter(({ node }) => node !== undefined && nestedPlans(node).length > 0)
  const found = open.map(async ({ task, node }) => {
    const name = naming.nodes[task.node] ?? task.node
    const around = naming.namespace === '' ? name : `${naming.namespace}|${name}`
    for (const id of task.ids) {
      const stored = await load({ threadId: line.threadId, namespace: `${around}:${id}` })
      const nested = stored === undefined ? undefined : planOf(node!, stored)
      if (nested !== undefined) return incompatibilities(nested, stored!, load)
    }
    return []
  })
  return (await Promise.all(found)).flat()
}

/** Which of the graphs within a node has made a checkpoint. */
function planOf(node: PlanNode, { shape }: StoredCheckpoint): Plan | undefined {
  const plans = nestedPlans(node)
  if (plans.length === 1) return plans[0]
  const name = shape === undefined ? undefined : readShape(shape)?.graph
  const named = plans.filter((plan) => plan.name === name)
  return named.length === 1 ? named[0] : undefined
}

/** What is stored of a migration: a checkpoint that follows the one it was made from, and what lies beside it. */
export interface MigratedCheckpoint {
  readonly checkpoint: NewCheckpoint
  readonly writes: readonly TaskWrites[]
  /** As a store would give it. */
  readonly loaded: StoredCheckpoint
}

/**
 * The checkpoint that holds a migrated thread, and what is to be kept with it.
 *
 * @param from as the store holds it
 */
export function migratedCheckpoint(
  plan: Plan,
  from: StoredCheckpoint,
  standstill: Standstill,
  { ids, clock }: { readonly ids: Ids; readonly clock: Clock },
): MigratedCheckpoint {
  const { values, versions, seen, writes, naming } = standstill
  const step = from.metadata.step + 1
  const id = ids.checkpointId(step, from.id)
  const migration = { ...naming, at: id, from: versionOf(from), to: plan.version }
  const rest = {
    id,
    parentId: from.id,
    createdAt: new Date(clock.now()).toISOString(),
    metadata: { ...from.metadata, source: 'update', step, migration },
    versions,
    seen,
    shape: shapeOf(plan),
  } as const
  const isNew = (channel: string) =>
    !Object.hasOwn(from.values, channel) || from.values[channel] !== values[channel]
  return {
    checkpoint: {
      ...rest,
      changed: Object.fromEntries(Object.entries(values).filter(([channel]) => isNew(channel))),
      removed: Object.keys(from.values).filter((channel) => !Object.hasOwn(values, channel)),
    },
    writes: taskWrites(standstill, id, from.taskPaths),
    loaded: { ...rest, line: from.line, values, writes },
  }
}

function taskWrites(
  { writes, tasks }: Standstill,
  checkpointId: string,
  paths: StoredCheckpoint['taskPaths'],
): TaskWrites[] {
  const ids = [...new Set(writes.map(([taskId]) => taskId))]
  return ids.map((taskId, index) => {
    const own = writes
      .filter(([each]) => each === taskId)
      .map(([, channel, value]): Write => [channel, value])
    const task = tasks.find((each) => each.ids.includes(taskId))
    const isControl = ([channel]: Write) => CONTROL_POSITION.has(channel)
    return {
      checkpointId,
      taskId,
      taskPath: task === undefined ? (paths?.[taskId] ?? otherPath(taskId, index)) : pathOf(task),
      // Others are placed by their index, as whoever adds to them counts it.
      writes: [...own.filter((write) => !isControl(write)), ...own.filter(isControl)],
    }
  })
}

function pathOf({ node, index }: DueTask): string {
  return pathText(index === undefined ? ['__pregel_pull', node] : ['__pregel_push', index, false])
}

/** Commands and answers have none. A store that does not tell the paths has the tasks in their order all the same. */
function otherPath(taskId: string, index: number): string {
  const isTask = taskId !== NULL_TASK_ID && taskId.includes('-')
  return isTask ? pathText(['__pregel_push', ['__migrated', index]]) : ''
}
