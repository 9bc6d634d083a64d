import type { Database } from 'better-sqlite3'
import type { RowCipher } from '../encryption/row-cipher.ts'
import { StoreOptionError } from '../errors.ts'
import { loadSqliteVec } from './load-sqlite-vec.ts'
import { VectorExtensionError } from './memory-errors.ts'
import type { MemoryIndexOptions } from './memory-options.ts'
import { openVector } from './memory-vectors.ts'
import { bytesVector, cosineSimilarity } from './vector.ts'

/** Who compares vectors on a connection, and how SQL asks for it. */
export interface VectorFunctions {
  readonly engine: 'sqlite-vec' | 'javascript'
  /** The distance of row `v` of `memory_vector` from the vector that is the expression's parameter. */
  readonly distance: string
}

/**
 * Teaches a connection to compare vectors.
 * @param path the file, for errors
 * @param cipher what opens vectors; `undefined` when none is encrypted
 * @throws {VectorExtensionError} when the extension is asked for and cannot be loaded.
 * @throws {StoreOptionError} when it is asked for and cannot read what is encrypted.
 */
export function addVectorFunctions(
  path: string,
  database: Database,
  wanted: MemoryIndexOptions['engine'],
  cipher: RowCipher | undefined,
): VectorFunctions {
  if (cipher !== undefined) {
    if (wanted === 'sqlite-vec') {
      throw new StoreOptionError(path, 'index.engine', '"javascript" in a store with "encryption"', wanted)
    }
    return addSealedDistance(database, cipher)
  }
  if (wanted !== 'javascript') {
    try {
      loadSqliteVec(database)
      return { engine: 'sqlite-vec', distance: 'vec_distance_cosine(v.data, ?)' }
    } catch (error) {
      if (wanted === 'sqlite-vec') throw new VectorExtensionError(path, error)
    }
  }
  const distance = (data: unknown, query: unknown) =>
    1 - cosineSimilarity(bytesVector(data as Buffer), bytesVector(query as Buffer))
  database.function('cairn_distance', { deterministic: true }, distance)
  return { engine: 'javascript', distance: 'cairn_distance(v.data, ?)' }
}

function addSealedDistance(database: Database, cipher: RowCipher): VectorFunctions {
  const distance = (item: unknown, keyNumber: unknown, data: unknown, query: unknown) => {
    const stored = { cipher: keyNumber as number | null, data: data as Buffer }
    return 1 - cosineSimilarity(openVector(cipher, stored, item as number), bytesVector(query as Buffer))
  }
  database.function('cairn_sealed_distance', { deterministic: true }, distance)
  return { engine: 'javascript', distance: 'cairn_sealed_distance(v.item, v.cipher, v.data, ?)' }
}
