import type { Database, Statement } from 'better-sqlite3'

/** A name that is needed is missing or damaged. */
export class DamagedNameError extends TypeError {}

/** Small numbers for texts that come again and again: channels, nodes, paths of tasks. They are never deleted. */
export class NameTable {
  readonly #ids = new Map<string, number>()
  readonly #texts = new Map<number, string>()
  readonly #selectId: Statement<[string], number>
  readonly #selectText: Statement<[number], string>
  readonly #insert: Statement<[string]>

  constructor(database: Database) {
    this.#selectId = database.prepare<[string], number>('SELECT id FROM name WHERE text = ?').pluck()
    this.#selectText = database.prepare<[number], string>('SELECT text FROM name WHERE id = ?').pluck()
    this.#insert = database.prepare('INSERT INTO name (text) VALUES (?)')
  }

  /** Within a transaction that may write: a text without a number gets one. */
  idOf(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#selectId.get(text) ?? Number(this.#insert.run(text).lastInsertRowid)
    this.#ids.set(text, id)
    this.#texts.set(id, text)
    return id
  }

  /** @throws {DamagedNameError} when nothing has this number, or the name is damaged. */
  textOf(id: unknown): string {
    const known = this.#texts.get(id as number)
    if (known !== undefined) return known
    const text = typeof id === 'number' ? this.#selectText.get(id) : undefined
    if (text === undefined) throw new DamagedNameError(`no name has the number ${String(id)}`)
    // The index has the text once more: where both agree, it is what was stored.
    if (this.#selectId.get(text) !== id) {
      throw new DamagedNameError(
        `the name with the number ${String(id)} is damaged, and reads ${JSON.stringify(text)}`,
      )
    }
    this.#ids.set(text, id as number)
    this.#texts.set(id as number, text)
    return text
  }

  /** After a rollback: what was given out in the transaction does not exist. */
  forget(): void {
    this.#ids.clear()
    this.#texts.clear()
  }
}
