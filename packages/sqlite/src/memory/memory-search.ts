// Finds items under a prefix: in the order in which they came in, or by how near their vectors are to one.
//   S1. An item's place in the order is that of its namespace, then its own; both stay when it is put again.
//   S2. What ranks items is the cosine computed here, from the vectors as they are stored. The distances that SQL
//       computes, with the extension in 32 bits, only say which items to look at: all that could be among the wanted.
import type { Database, Statement } from 'better-sqlite3'
import type { MemoryFilter, Narrowing } from './memory-filter.ts'
import { type ItemRow, isLive, itemColumns } from './memory-tables.ts'
import { pathRange } from './namespace-path.ts'
import { vectorBytes } from './vector.ts'

/** An item that is near, as SQL has found it. */
export interface Near {
  readonly item: number
  readonly namespace: number
  /** About 1 minus the cosine; -1 when SQL cannot tell. */
  readonly distance: number
}

type Parameter = string | number | Buffer

/** How many conditions of a filter SQL looks at. More of them leave out less and less. */
const mostNarrowings = 4

/** Which of the items under a prefix: those that have not expired, and may pass the filter. */
export interface Candidates {
  readonly prefix: string
  readonly filter: MemoryFilter
  readonly now: number
}

/** Which of the candidates, in their order. */
export interface Window {
  readonly limit: number
  readonly offset: number
  /** Only those that have no vector of so many numbers. */
  readonly withoutDims?: number | undefined
}

export class MemorySearch {
  readonly #database: Database
  readonly #distance: string | undefined
  readonly #statements = new Map<string, Statement<Parameter[]>>()

  /** @param distance SQL's expression for the distance of a vector, when vectors are compared */
  constructor(database: Database, distance: string | undefined) {
    this.#database = database
    this.#distance = distance
  }

  /** In their order, read as they are taken; no other statement may run meanwhile. */
  inOrder(
    { prefix, filter, now }: Candidates,
    { limit, offset, withoutDims }: Window,
  ): IterableIterator<ItemRow> {
    const narrowings = filter.narrowings.slice(0, mostNarrowings)
    // SQLite takes the numbers of an IN in their order, so it has nothing to sort, and stops where the reader does.
    const statement = this.#prepared(
      `SELECT ${itemColumns} FROM memory_item i CROSS JOIN memory_namespace n ON n.id = i.namespace
         WHERE i.namespace IN (SELECT id FROM memory_namespace WHERE path >= ? AND path < ?) AND ${isLive}
         ${withoutDims === undefined ? '' : 'AND NOT EXISTS (SELECT 1 FROM memory_vector v WHERE v.item = i.id AND v.dims = ?)'}
         ${narrowed(narrowings)} ORDER BY i.namespace, i.id LIMIT ? OFFSET ?`,
    )
    return statement.iterate(
      ...pathRange(prefix),
      now,
      ...(withoutDims === undefined ? [] : [withoutDims]),
      ...parameters(narrowings),
      countOrAll(limit),
      offset,
    ) as IterableIterator<ItemRow>
  }

  /** The nearest first; at most `most` vectors. An item with several vectors may come several times. */
  nearest({ prefix, filter, now }: Candidates, query: Float32Array, most: number): Near[] {
    const narrowings = filter.narrowings.slice(0, mostNarrowings)
    const statement = this.#prepared(
      `SELECT i.id AS item, i.namespace, coalesce(${this.#distance}, -1) AS distance
         FROM memory_namespace n
         CROSS JOIN memory_item i ON i.namespace = n.id
         CROSS JOIN memory_vector v ON v.item = i.id AND v.dims = ?
         WHERE n.path >= ? AND n.path < ? AND ${isLive} ${narrowed(narrowings)}
         ORDER BY distance LIMIT ?`,
    )
    return statement.all(
      vectorBytes(query),
      query.length,
      ...pathRange(prefix),
      now,
      ...parameters(narrowings),
      countOrAll(most),
    ) as Near[]
  }

  /** There are as many statements as kinds of narrowings in a row, so each is prepared once. */
  #prepared(sql: string): Statement<Parameter[]> {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/** For SQL, a negative number is no limit. */
function countOrAll(limit: number): number {
  return limit === Infinity ? -1 : limit
}

/**
 * Leaves out items whose text is plain JSON and does not fit. Damaged text passes, so that who reads it finds it; text
 * in an envelope passes, since its fields are not where the path looks, and what is encrypted.
 */
function narrowed(narrowings: readonly Narrowing[]): string {
  if (narrowings.length === 0) return ''
  const fits = narrowings.map(({ kind }) => narrowingSql[kind]).join(' AND ')
  return `AND CASE WHEN i.cipher IS NULL AND i.format = 0 AND substr(i.data, 1, 8) <> '{"$cairn' AND json_valid(i.data) THEN ${fits} ELSE 1 END`
}

// JavaScript makes numbers of booleans and null; what it makes of texts, lists and objects is not known here.
const numberAt = `(SELECT coalesce(json_extract(i.data, ?), 0) AS field)`
const narrowingSql: Record<Narrowing['kind'], string> = {
  among: '(i.data -> ?) IN (SELECT value FROM json_each(?))',
  notAmong: "coalesce(i.data -> ?, '') NOT IN (SELECT value FROM json_each(?))",
  atLeast: `(SELECT typeof(field) = 'text' OR field >= ? FROM ${numberAt})`,
  atMost: `(SELECT typeof(field) = 'text' OR field <= ? FROM ${numberAt})`,
}

function parameters(narrowings: readonly Narrowing[]): Parameter[] {
  return narrowings.flatMap((narrowing): Parameter[] =>
    'texts' in narrowing
      ? [narrowing.path, JSON.stringify(narrowing.texts)]
      : [narrowing.bound, narrowing.path],
  )
}
