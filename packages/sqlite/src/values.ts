import { crc32 } from 'node:zlib'
import type { Database, Statement } from 'better-sqlite3'
import { type RowCipher, plainRows } from './encryption/row-cipher.ts'
import { valueIdentity } from './encryption/row-identity.ts'
import { isNodeText } from './parts/node-text.ts'

/** `value.format`: the text of a codec as it is, or that of a node, which refers to further rows. */
const formats = { text: 0, node: 1 } as const

type Row = [thread: number, format: number, cipher: number | null, sum: number, data: unknown]

/** A text of `value`, with its CRC-32. */
export interface ValueText {
  readonly text: string
  readonly sum: number
}

/** Texts that are too long for the entry that uses them, each once, however many checkpoints of a thread hold it. */
export class ValueTable {
  readonly #cipher: RowCipher
  readonly #insert: Statement<[number, number, number, number | null, number, string | Uint8Array]>
  readonly #select: Statement<[number], Row>
  readonly #selectLast: Statement<[], number | null>
  readonly #deleteOfThread: Statement<[number]>
  #next: number | undefined

  constructor(database: Database, cipher: RowCipher = plainRows) {
    this.#cipher = cipher
    this.#insert = database.prepare(
      'INSERT INTO value (id, thread, format, cipher, sum, data) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#select = database
      .prepare<[number], Row>('SELECT thread, format, cipher, sum, data FROM value WHERE id = ?')
      .raw()
    this.#selectLast = database.prepare<[], number | null>('SELECT max(id) FROM value').pluck()
    this.#deleteOfThread = database.prepare('DELETE FROM value WHERE thread = ?')
  }

  /** Its row. */
  insert(thread: number, value: ValueText): number {
    const row = (this.#next ??= (this.#selectLast.get() ?? 0) + 1)
    this.insertAt(row, thread, value)
    this.#next = row + 1
    return row
  }

  insertAt(row: number, thread: number, { text, sum }: ValueText): void {
    const format = isNodeText(text) ? formats.node : formats.text
    const { current } = this.#cipher
    if (current === null) {
      this.#insert.run(row, thread, format, null, storedSum(sum, row), text)
      return
    }
    // A sum of the text would tell what a short one is.
    const sealed = this.#cipher.seal(text, valueIdentity(thread, row, format))
    this.#insert.run(row, thread, format, current, storedSum(crc32(sealed), row), sealed)
  }

  /**
   * `undefined` when there is no such row.
   * @throws {TypeError} when it is not what was stored there.
   */
  read(row: number, sumOf: (text: string) => number): ValueText | undefined {
    const found = this.#select.get(row)
    if (found === undefined) return undefined
    const [thread, format, cipher, stored, data] = found
    const isKnown = format === formats.text || format === formats.node
    if (!isKnown || !(cipher === null ? typeof data === 'string' : data instanceof Uint8Array)) {
      throw new TypeError(`row ${row} of value has the format ${format}, which this release cannot read`)
    }
    const sum = cipher === null ? sumOf(data as string) : crc32(data as Uint8Array)
    if (storedSum(sum, row) !== stored)
      throw new TypeError(`row ${row} of value is damaged: its checksum differs`)
    if (cipher === null) return { text: data as string, sum }
    const text = this.#cipher.unseal(cipher, data, valueIdentity(thread, row, format))
    return { text, sum: sumOf(text) }
  }

  deleteOfThread(thread: number): void {
    this.#deleteOfThread.run(thread)
  }

  /** Other rows may have been added, or removed. */
  forget(): void {
    this.#next = undefined
  }
}

/** The row is part of the sum, so that one that stands in the place of another is found out. */
function storedSum(sum: number, row: number): number {
  return (sum + row) | 0
}
