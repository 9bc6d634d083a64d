import type { Commit, Line, Store, StoredCheckpoint } from '../store.ts'

/** Commits under way at a time, which a store may put into one transaction. */
const mostAtOnce = 64

/** Commits to a store without waiting for each. What fails is thrown by a later call. */
export class GatheredCommits {
  readonly #store: Store
  #underWay: Promise<void>[] = []

  constructor(store: Store) {
    this.#store = store
  }

  async commit(commit: Commit): Promise<void> {
    const answer = this.#store.commit(commit)
    if (!(answer instanceof Promise)) return
    // Whoever ends hears of it; until then nobody is listening.
    answer.catch(() => {})
    this.#underWay.push(answer)
    if (this.#underWay.length >= mostAtOnce) await this.end()
  }

  async load(line: Line, checkpointId: string): Promise<StoredCheckpoint | undefined> {
    await this.end()
    return this.#store.load(line, checkpointId)
  }

  /** Waits for all of them. */
  async end(): Promise<void> {
    const underWay = this.#underWay
    this.#underWay = []
    const failed = (await Promise.allSettled(underWay)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
}
