import { createHash } from 'node:crypto'
import type { StoredShape } from '@cairn/engine'
import type { Database, Statement } from 'better-sqlite3'

/** What graphs looked like that made checkpoints, each shape once. They are never deleted. */
export class ShapeTable {
  readonly #ids = new Map<string, number>()
  readonly #shapes = new Map<number, StoredShape>()
  readonly #selectId: Statement<[string], number>
  readonly #select: Statement<[number], StoredShape>
  readonly #insert: Statement<[string, string]>

  constructor(database: Database) {
    this.#selectId = database.prepare<[string], number>('SELECT id FROM shape WHERE hash = ?').pluck()
    this.#select = database.prepare<[number], StoredShape>('SELECT hash, text FROM shape WHERE id = ?')
    this.#insert = database.prepare('INSERT INTO shape (hash, text) VALUES (?, ?)')
  }

  /** Within a transaction that may write: a shape without a number gets one. */
  idOf(shape: StoredShape | undefined): number | null {
    if (shape === undefined) return null
    const known = this.#ids.get(shape.hash)
    if (known !== undefined) return known
    const id =
      this.#selectId.get(shape.hash) ?? Number(this.#insert.run(shape.hash, shape.text).lastInsertRowid)
    this.#remember(id, shape)
    return id
  }

  /** @throws {TypeError} when nothing has this number, or the shape is damaged. */
  shapeOf(id: number): StoredShape {
    const known = this.#shapes.get(id)
    if (known !== undefined) return known
    const shape = this.#select.get(id)
    if (shape === undefined) throw new TypeError(`no shape has the number ${id}`)
    if (createHash('sha256').update(shape.text).digest('hex') !== shape.hash) {
      throw new TypeError(`the shape with the number ${id} is damaged: its hash differs`)
    }
    this.#remember(id, shape)
    return shape
  }

  /** After a rollback: what was given out in the transaction does not exist. */
  forget(): void {
    this.#ids.clear()
    this.#shapes.clear()
  }

  #remember(id: number, shape: StoredShape): void {
    this.#ids.set(shape.hash, id)
    this.#shapes.set(id, shape)
  }
}
