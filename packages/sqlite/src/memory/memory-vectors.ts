import type { Database, Statement } from 'better-sqlite3'
import { crc32 } from 'node:zlib'
import type { RowCipher } from '../encryption/row-cipher.ts'
import { CorruptStoreError } from '../errors.ts'
import { bytesVector, vectorBytes } from './vector.ts'

/** What a row of `memory_vector` holds of a vector. */
export interface StoredVector {
  readonly cipher: number | null
  readonly sum: number
  readonly data: Buffer
}

/** The vectors of items, one for each text that was embedded. */
export class VectorTable {
  readonly #path: string
  readonly #cipher: RowCipher
  readonly #insert: Statement<[number, number, number | null, number, Uint8Array]>
  readonly #delete: Statement<[number]>
  readonly #select: Statement<[number, number], StoredVector>

  /** @param path the file, for errors */
  constructor(path: string, database: Database, cipher: RowCipher) {
    this.#path = path
    this.#cipher = cipher
    this.#insert = database.prepare(
      'INSERT INTO memory_vector (item, dims, cipher, sum, data) VALUES (?, ?, ?, ?, ?)',
    )
    this.#delete = database.prepare('DELETE FROM memory_vector WHERE item = ?')
    this.#select = database.prepare(
      'SELECT cipher, sum, data FROM memory_vector WHERE item = ? AND dims = ? ORDER BY id',
    )
  }

  /** Puts these in the place of those the item has. */
  replace(item: number, vectors: readonly Float32Array[]): void {
    this.#delete.run(item)
    for (const vector of vectors) {
      const { cipher, sum, data } = closeVector(this.#cipher, vector, item)
      this.#insert.run(item, vector.length, cipher, sum, data)
    }
  }

  /** Those of a model that gives `dims` numbers. */
  read(item: number, dims: number): Float32Array[] {
    return this.#select.all(item, dims).map((row) => {
      if (isVectorWhole(row, item)) return openVector(this.#cipher, row, item)
      throw new CorruptStoreError(this.#path, `a vector of item ${item} is not as it was written`)
    })
  }
}

export function closeVector(cipher: RowCipher, vector: Float32Array, item: number): StoredVector {
  const bytes = vectorBytes(vector)
  const sealed = cipher.current === null ? bytes : cipher.seal(bytes.toString('base64'), vectorIdentity(item))
  const data = Buffer.from(sealed)
  return { cipher: cipher.current, sum: vectorSum(data, item), data }
}

/** Does not look at the sum: what encrypts verifies more than that. */
export function openVector(
  cipher: RowCipher,
  { cipher: keyNumber, data }: Omit<StoredVector, 'sum'>,
  item: number,
): Float32Array {
  if (keyNumber === null) return bytesVector(data)
  return bytesVector(Buffer.from(cipher.unseal(keyNumber, data, vectorIdentity(item)), 'base64'))
}

/** Whether a vector is as it was written; no key is needed to tell. */
export function isVectorWhole({ sum, data }: StoredVector, item: number): boolean {
  return vectorSum(data, item) === sum
}

/** Bound to the item: the vector of another one does not pass for its own. */
function vectorSum(bytes: Uint8Array, item: number): number {
  return crc32(bytes, item % 2 ** 32)
}

function vectorIdentity(item: number): string {
  return `cairn 1 memory_vector ${item}`
}
