import type { Database, Statement } from 'better-sqlite3'
import type { RetentionPolicy } from './retention-policy.ts'

/** Which threads a stored policy is for: one, those with a tag, or all that have no policy of their own. */
export type RetentionScope = { readonly threadId: string } | { readonly tag: string } | 'every thread'

export interface StoredPolicy {
  readonly scope: RetentionScope
  readonly policy: RetentionPolicy
}

type Row = [scope: string, name: string, policy: string]

/** Policies that are kept in the store. */
export class PolicyTable {
  readonly #select: Statement<[string, string], string>
  readonly #selectAll: Statement<[], Row>
  readonly #replace: Statement<Row>
  readonly #delete: Statement<[string, string]>

  constructor(database: Database) {
    this.#select = database
      .prepare<[string, string], string>('SELECT policy FROM retention_policy WHERE scope = ? AND name = ?')
      .pluck()
    this.#selectAll = database
      .prepare<[], Row>('SELECT scope, name, policy FROM retention_policy ORDER BY scope, name')
      .raw()
    this.#replace = database.prepare('REPLACE INTO retention_policy (scope, name, policy) VALUES (?, ?, ?)')
    this.#delete = database.prepare('DELETE FROM retention_policy WHERE scope = ? AND name = ?')
  }

  all(): StoredPolicy[] {
    return this.#selectAll.all().map(([scope, name, policy]) => ({
      scope: scope === 'thread' ? { threadId: name } : scope === 'tag' ? { tag: name } : 'every thread',
      policy: JSON.parse(policy) as RetentionPolicy,
    }))
  }

  /** `undefined` forgets the one that was there. */
  set(scope: RetentionScope, policy: RetentionPolicy | undefined): void {
    const key = keyOf(scope)
    if (policy === undefined) this.#delete.run(...key)
    else this.#replace.run(...key, JSON.stringify(policy))
  }

  /** The policies that count for a thread: its own, else those of its tags, else that of every thread. */
  of(threadId: string, tags: readonly string[]): RetentionPolicy[] {
    const own = this.#policies({ threadId })
    if (own.length > 0) return own
    const tagged = tags.flatMap((tag) => this.#policies({ tag }))
    return tagged.length > 0 ? tagged : this.#policies('every thread')
  }

  /** What was said of one thread goes with it. */
  deleteThread(threadId: string): void {
    this.set({ threadId }, undefined)
  }

  #policies(scope: RetentionScope): RetentionPolicy[] {
    const text = this.#select.get(...keyOf(scope))
    return text === undefined ? [] : [JSON.parse(text) as RetentionPolicy]
  }
}

function keyOf(scope: RetentionScope): [scope: string, name: string] {
  if (scope === 'every thread') return ['all', '']
  return 'tag' in scope ? ['tag', scope.tag] : ['thread', scope.threadId]
}
