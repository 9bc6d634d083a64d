// Which threads of a database a graph could go on with, and which it would break.
import { basename } from 'node:path'
import {
  bringUp,
  incompatibilities,
  readShape,
  versionOf,
  type IncompatibleGraphError,
  type Plan,
  type Store,
  type StoredCheckpoint,
} from '@cairn/engine'
import { rememberedGraph } from './graph-memory.ts'
import { messageOf } from './user-stack.ts'

export type Verdict = 'goes-on' | 'migrates' | 'breaks'

/** A thread that has more to do. */
export interface CheckedThread {
  /** The newest checkpoint. */
  readonly head: StoredCheckpoint
  /** Of the graph that brought it there. */
  readonly version: string
  readonly verdict: Verdict
  /** What would be lost: in the thread's own graph, and in graphs nested in it. */
  readonly incompatible: readonly IncompatibleGraphError[]
  /** Why a migration fails on it. */
  readonly failure: string | undefined
}

export interface ThreadsCheck {
  /** The one with the newest checkpoint first. */
  readonly unfinished: readonly CheckedThread[]
  readonly finishedCount: number
  /** What other graphs are called whose threads were left out → how many threads. */
  readonly others: ReadonlyMap<string, number>
}

export interface CheckOptions {
  readonly plan: Plan
  readonly store: Store
  /** `FILE#export` with an absolute path: threads that remember another one are left out. */
  readonly graph: string
  /** Path of the database. */
  readonly database: string
  readonly onlyThread: string | undefined
  /** Whatever graph they are of. */
  readonly isAll: boolean
}

export async function checkThreads(options: CheckOptions): Promise<ThreadsCheck> {
  const { plan, store } = options
  const unfinished: CheckedThread[] = []
  const others = new Map<string, number>()
  let finishedCount = 0
  for (const head of await headsOf(options)) {
    const other = otherGraph(head, options)
    if (other !== undefined) {
      others.set(other, (others.get(other) ?? 0) + 1)
      continue
    }
    const checked = await checkThread(plan, store, head)
    if (checked === undefined) finishedCount++
    else unfinished.push(checked)
  }
  return { unfinished, finishedCount, others }
}

/** The newest checkpoint of each thread. What the others hold is not read. */
async function headsOf({ store, onlyThread }: CheckOptions): Promise<StoredCheckpoint[]> {
  if (onlyThread !== undefined) {
    const head = await store.load({ threadId: onlyThread, namespace: '' })
    return head === undefined ? [] : [head]
  }
  const heads = new Map<string, StoredCheckpoint>()
  for await (const checkpoint of store.list({ namespace: '' })) {
    const { threadId } = checkpoint.line
    if (!heads.has(threadId)) heads.set(threadId, checkpoint)
  }
  return [...heads.values()]
}

/** The name of the graph that a thread is of, if that is another one. Who does not say may be of this one. */
function otherGraph(head: StoredCheckpoint, options: CheckOptions): string | undefined {
  const { plan, graph, database, isAll, onlyThread } = options
  if (isAll || onlyThread !== undefined) return undefined
  const remembered = rememberedGraph(head.metadata, database)
  if (remembered !== undefined)
    return placeless(remembered) === placeless(graph) ? undefined : placeless(remembered)
  const name = head.shape === undefined ? undefined : readShape(head.shape)?.graph
  return name === undefined || name === unnamed || name === plan.name ? undefined : name
}

/** What graphs are called that nobody has given a name. */
const unnamed = 'LangGraph'

/** Without the directory, which may be another one where this is run, and without the extension. */
function placeless(reference: string): string {
  return basename(reference).replace(/\.\w+#/, '#')
}

/** `undefined` for a thread that has finished. */
async function checkThread(
  plan: Plan,
  store: Store,
  head: StoredCheckpoint,
): Promise<CheckedThread | undefined> {
  const version = versionOf(head)
  const known = { head, version, incompatible: [], failure: undefined }
  try {
    const { isPending, isMigrated } = await bringUp(plan, head)
    if (!isPending) return undefined
    const incompatible = await incompatibilities(plan, head, (line) => store.load(line))
    if (incompatible.length > 0) return { ...known, verdict: 'breaks', incompatible }
    return { ...known, verdict: isMigrated ? 'migrates' : 'goes-on' }
  } catch (error) {
    return { ...known, verdict: 'breaks', failure: messageOf(error) }
  }
}
