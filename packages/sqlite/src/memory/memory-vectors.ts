import type { Database, Statement } from 'better-sqlite3'
import { crc32 } from 'node:zlib'
import { CorruptStoreError } from '../errors.ts'
import { bytesVector, vectorBytes } from './vector.ts'

/** The vectors of items, one for each text that was embedded. */
export class VectorTable {
  readonly #path: string
  readonly #insert: Statement<[number, number, Buffer]>
  readonly #delete: Statement<[number]>
  readonly #select: Statement<[number, number], { sum: number; data: Buffer }>

  /** @param path the file, for errors */
  constructor(path: string, database: Database) {
    this.#path = path
    this.#insert = database.prepare('INSERT INTO memory_vector (item, sum, data) VALUES (?, ?, ?)')
    this.#delete = database.prepare('DELETE FROM memory_vector WHERE item = ?')
    this.#select = database.prepare('SELECT sum, data FROM memory_vector WHERE item = ? AND length(data) = ?')
  }

  /** Puts these in the place of those the item has. */
  replace(item: number, vectors: readonly Float32Array[]): void {
    this.#delete.run(item)
    for (const vector of vectors) {
      const bytes = vectorBytes(vector)
      this.#insert.run(item, vectorSum(bytes, item), bytes)
    }
  }

  /** Those of a model that gives `dims` numbers. */
  read(item: number, dims: number): Float32Array[] {
    return this.#select.all(item, dims * Float32Array.BYTES_PER_ELEMENT).map(({ sum, data }) => {
      if (vectorSum(data, item) === sum) return bytesVector(data)
      throw new CorruptStoreError(this.#path, `a vector of item ${item} is not as it was written`)
    })
  }
}

/** Bound to the item: the vector of another one does not pass for its own. */
function vectorSum(bytes: Buffer, item: number): number {
  return crc32(bytes, item % 2 ** 32)
}
