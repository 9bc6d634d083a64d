// What nested graphs with a memory of their own (`checkpointer: true`) remember, when the node that they run in is
// renamed. Their lines of checkpoints are named after the nodes, without the ids of tasks.
import {
  formerNames,
  nestedPlans,
  versionOf,
  type Commit,
  type FormerNames,
  type Line,
  type Plan,
  type Store,
  type StoredCheckpoint,
} from '@cairn/engine'
import { areWritesVersioned } from './langgraph/delta-snapshots.ts'

/** Where such a line was, and where it is now: parts of namespaces. */
type Move = readonly [from: string, to: string]

/**
 * Begins each such line anew under its present name, from where it stands. The old one stays as it is.
 *
 * @param line of the graph whose nodes were renamed
 * @param renamed old name of a node → new name
 * @param presentName of a part of the line's namespace
 * @param openStore gives a store that has not written to other lines of the thread
 */
export async function moveSharedLines(
  plan: Plan,
  { threadId, namespace }: Line,
  renamed: ReadonlyMap<string, string>,
  presentName: (part: string) => string,
  openStore: () => Store,
): Promise<void> {
  const parts = namespace === '' ? [] : namespace.split('|')
  const from = parts.map((part) => `${nameOf(part)}|`).join('')
  const to = parts.map((part) => `${presentName(part)}|`).join('')
  const former = new Map([...renamed].map(([old, now]) => [now, old]))
  for (const node of plan.nodes) {
    if (node.isHidden === true) continue
    const own: Move = [from + (former.get(node.name) ?? node.name), to + node.name]
    for (const [old, now] of [['', ''] as const, ...movesWithin(nestedPlans(node))]) {
      const move: Move = [own[0] + old, own[1] + now]
      if (move[0] !== move[1]) await moveLines(threadId, move, openStore)
    }
  }
}

/** Beneath a node: what its graphs call their nodes, and what their migrations say that they were called. */
function movesWithin(plans: readonly Plan[], around: readonly Plan[] = []): Move[] {
  const fresh = plans.filter((plan) => !around.includes(plan))
  return fresh.flatMap((plan) =>
    plan.nodes
      .filter(({ isHidden }) => isHidden !== true)
      .flatMap((node) => {
        const names = [node.name, ...formerNodeNames(plan, node.name)]
        const within = movesWithin(nestedPlans(node), [...around, plan])
        return names.flatMap((old): Move[] => [
          [`|${old}`, `|${node.name}`],
          ...within.map(([from, to]): Move => [`|${old}${from}`, `|${node.name}${to}`]),
        ])
      }),
  )
}

function formerNodeNames({ migrations }: Plan, name: string): string[] {
  return migrations.flatMap(({ nodes = {} }) =>
    Object.entries(nodes).flatMap(([old, now]) => (now === name ? [old] : [])),
  )
}

/** A number tells the graphs apart that one task calls. */
async function moveLines(threadId: string, [from, to]: Move, openStore: () => Store): Promise<void> {
  for (let count = 0; ; count++) {
    const number = count === 0 ? '' : `|${count}`
    const source = openStore()
    const newest = await source.load({ threadId, namespace: from + number })
    if (newest === undefined) return
    const line = { threadId, namespace: to + number }
    const store = openStore()
    if ((await store.load(line)) === undefined) await copyLine(source, newest, store, line)
  }
}

/** Copies the newest checkpoint of a line; with those before it, if some of its values stand beside them. */
async function copyLine(source: Store, newest: StoredCheckpoint, store: Store, line: Line): Promise<void> {
  const chain = [newest]
  for (let oldest = newest; hasDeltas(oldest) && oldest.parentId !== undefined;) {
    const parent = await source.load(newest.line, oldest.parentId)
    if (parent === undefined) break
    chain.unshift((oldest = parent))
  }
  let parent: StoredCheckpoint | undefined
  for (const stored of chain) {
    const metadata =
      stored === newest ? { ...stored.metadata, migration: namesBefore(stored) } : stored.metadata
    await store.commit(copyOf({ ...stored, metadata }, parent, line))
    parent = stored
  }
}

/** A delta channel's value is made from what was written since a checkpoint held it. */
function hasDeltas({ metadata }: StoredCheckpoint): boolean {
  return areWritesVersioned(metadata)
}

/** Tasks that are under way have begun in the line that it comes from. */
function namesBefore(stored: StoredCheckpoint): FormerNames {
  const { id, line, metadata } = stored
  const version = versionOf(stored)
  const own = { at: id, from: version, to: version, checkpoint: id, namespace: line.namespace }
  return formerNames(stored) ?? { ...own, step: metadata.step + 1, nodes: {}, channels: {} }
}

function copyOf(stored: StoredCheckpoint, parent: StoredCheckpoint | undefined, line: Line): Commit {
  const { id, createdAt, metadata, versions, seen, values, shape, writes, taskPaths } = stored
  const isNew = (channel: string) =>
    parent === undefined ||
    !Object.hasOwn(parent.values, channel) ||
    parent.versions[channel] !== versions[channel]
  const tasks = [...new Set(writes.map(([taskId]) => taskId))]
  return {
    line,
    writes: tasks.map((taskId, index) => ({
      checkpointId: id,
      taskId,
      taskPath: taskPaths?.[taskId] ?? String(index).padStart(10, '0'),
      writes: writes.filter(([each]) => each === taskId).map(([, channel, value]) => [channel, value]),
    })),
    checkpoint: {
      id,
      parentId: parent?.id,
      createdAt,
      metadata,
      versions,
      seen,
      changed: Object.fromEntries(Object.entries(values).filter(([channel]) => isNew(channel))),
      removed: Object.keys(parent?.values ?? {}).filter((channel) => !Object.hasOwn(values, channel)),
      ...(shape !== undefined && { shape }),
    },
  }
}

/** Without the id of a task. */
function nameOf(part: string): string {
  return part.split(':', 1)[0]!
}
