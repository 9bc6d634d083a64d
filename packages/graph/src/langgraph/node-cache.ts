// Writes of nodes and tasks with a cache policy, kept in one of LangGraph's caches. One for each run.
//   K1. What a superstep looks for is asked for in one call, before any of its tasks starts.
//   K2. Calls to the cache are made one after the other; the run ends when they have.
//   K3. A cache that cannot keep an entry does not fail the run: the work is done, and only has to be done again.
import type { BaseCache } from '@langchain/langgraph-checkpoint'
import { NO_WRITES, type Run, type RunListener, type Task, type Write } from '@cairn/engine'
import type { ProgramNode } from '../lower/program.ts'
import { interruptId } from './interrupt-id.ts'

export interface CachePolicy {
  /** What the key is made of; it gets the arguments of the node. Default: their JSON. */
  readonly keyFunc?: (args: unknown[]) => string
  /** Seconds until the entry counts no more. */
  readonly ttl?: number
}

type Key = [namespace: string[], key: string]

interface Place {
  readonly key: Key
  readonly ttl: number | undefined
}

const cachedTasks = new WeakSet<Task>()

/** Whether the task's writes came from the cache. */
export function isCached(task: Task): boolean {
  return cachedTasks.has(task)
}

/**
 * Turns of the microtask queue after which the result of a called task is on its way to the cache. In LangGraph it is
 * when the task is committed, which its caller, who goes on at once, does not wait for.
 */
const turnsToCommit = 7

export class NodeCache implements RunListener {
  readonly #cache: BaseCache
  readonly #nodes: ReadonlyMap<string, ProgramNode>
  /** Of tasks whose result is to be kept. */
  readonly #places = new WeakMap<Task, Place>()
  readonly #committing = new Set<Promise<void>>()
  #queue: Promise<unknown> = Promise.resolve()

  constructor(cache: BaseCache, nodes: ReadonlyMap<string, ProgramNode>) {
    this.#cache = cache
    this.#nodes = nodes
  }

  /** What these tasks of one superstep would write; `undefined` when none of their nodes has a policy. */
  lookUp(tasks: readonly Task[]): Promise<ReadonlyMap<Task, readonly Write[]>> | undefined {
    const looked = tasks.filter((task) => this.#policyOf(task) !== undefined)
    if (looked.length === 0) return undefined
    for (const task of looked) this.#locate(task, ['__dynamic__', task.name], this.#policyOf(task)!)
    return this.#find(looked)
  }

  /** What a called task would write. */
  async lookUpCall(policy: CachePolicy, task: Task): Promise<readonly Write[] | undefined> {
    this.#locate(task, [task.name], policy)
    return (await this.#ask([task])).get(task)
  }

  settled(_run: Run, task: Task): void {
    const place = this.#places.get(task)
    if (place === undefined || task.outcome.kind !== 'done' || cachedTasks.has(task)) return
    if (task.origin.kind !== 'call') return this.#keep(task, place)
    const committing = turns(turnsToCommit).then(() => {
      this.#keep(task, place)
      this.#committing.delete(committing)
    })
    this.#committing.add(committing)
  }

  /** Waits for all that is to be kept. */
  async close(): Promise<void> {
    await Promise.all(this.#committing)
    await this.#queue
  }

  #policyOf({ origin, node }: Task): CachePolicy | undefined {
    return origin.kind === 'trigger' || origin.kind === 'send'
      ? this.#nodes.get(node.name)?.cachePolicy
      : undefined
  }

  /** LangGraph's hash is not exported, but it makes the id of a question, of a text that is given. */
  #locate(task: Task, owner: string[], { keyFunc = JSON.stringify, ttl }: CachePolicy): void {
    const text = keyFunc([task.input])
    this.#places.set(task, { key: [['__pregel_ns_writes', ...owner], interruptId(text, 0)], ttl })
  }

  async #find(tasks: readonly Task[]): Promise<ReadonlyMap<Task, readonly Write[]>> {
    if (this.#committing.size > 0) await Promise.all(this.#committing)
    return this.#ask(tasks)
  }

  async #ask(tasks: readonly Task[]): Promise<ReadonlyMap<Task, readonly Write[]>> {
    const keys = tasks.map((task) => this.#places.get(task)!.key)
    const found = await this.#inTurn(() => this.#cache.get(keys))
    const writesByKey = new Map(found.map(({ key, value }) => [JSON.stringify(key), value as Write[]]))
    const writes = new Map<Task, readonly Write[]>()
    for (const [index, task] of tasks.entries()) {
      const kept = writesByKey.get(JSON.stringify(keys[index]))
      if (kept === undefined) continue
      cachedTasks.add(task)
      writes.set(
        task,
        kept.filter(([channel]) => channel !== NO_WRITES),
      )
    }
    return writes
  }

  #keep(task: Task, { key, ttl }: Place): void {
    const value = task.writes.length === 0 ? [[NO_WRITES, null]] : task.writes
    // LangGraph always passes a `ttl`, if only as `undefined`, which this type does not allow.
    const entry = { key, value, ttl } as { key: Key; value: unknown; ttl?: number }
    this.#inTurn(() => this.#cache.set([entry])).catch((error: unknown) => {
      process.emitWarning(`What "${task.name}" wrote could not be put into the cache: ${String(error)}`, {
        type: 'CairnWarning',
        code: 'CAIRN_CACHE',
      })
    })
  }

  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    const called = this.#queue.then(call)
    this.#queue = called.then(ignore, ignore)
    return called
  }
}

const ignore = (): void => undefined

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}
