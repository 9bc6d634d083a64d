/**
 * Lets writes of one item that have to wait, for an embedding or for another connection, happen in the order in which
 * they were asked for.
 */
export class WriteOrder {
  readonly #underway = new Map<string, Promise<void>>()

  /** What a write of these items has to wait for. Never rejects. */
  before(items: readonly string[]): Promise<void>[] {
    return items.flatMap((item) => this.#underway.get(item) ?? [])
  }

  /** Makes later writes of these items wait until `write` has settled. */
  add(items: readonly string[], write: Promise<unknown>): void {
    const settled: Promise<void> = write.then(
      () => this.#remove(items, settled),
      () => this.#remove(items, settled),
    )
    for (const item of items) this.#underway.set(item, settled)
  }

  #remove(items: readonly string[], settled: Promise<void>): void {
    for (const item of items) if (this.#underway.get(item) === settled) this.#underway.delete(item)
  }
}
