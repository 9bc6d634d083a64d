import type { Database, Statement } from 'better-sqlite3'
import { pathRange } from './namespace-path.ts'
import type { ItemAddress } from './memory-request.ts'

/** A row of `memory_item` with the path of its namespace. Times are in milliseconds since the epoch. */
export interface ItemRow {
  readonly id: number
  readonly path: string
  readonly key: string
  readonly created: number
  readonly updated: number
  /** How long it is kept after it was put or read, in milliseconds. */
  readonly ttl: number | null
  readonly format: number
  /** Number of the key that `data` is encrypted with; `null` when it is not. */
  readonly cipher: number | null
  readonly sum: number
  readonly data: unknown
}

export const itemColumns =
  'i.id, n.path, i.key, i.created, i.updated, i.ttl, i.format, i.cipher, i.sum, i.data'

/** Whether an item has not expired: one that has is not there, swept or not. Takes the present time. */
export const isLive = '(i.expires IS NULL OR i.expires > ?)'

/** What the columns of a row hold of a value. */
export type StoredValue = Pick<ItemRow, 'format' | 'cipher' | 'sum'> & { readonly data: string | Uint8Array }

export interface NewItem extends ItemAddress {
  readonly now: number
  readonly ttl: number | null
  readonly value: StoredValue
}

type NewRow = [
  namespace: number,
  key: string,
  created: number,
  updated: number,
  ttl: number | null,
  expires: number | null,
  format: number,
  cipher: number | null,
  sum: number,
  data: string | Uint8Array,
]

/** Namespaces that hold items, each once, and the items in them. */
export class ItemTable {
  readonly #findNamespace: Statement<[string], number>
  readonly #insertNamespace: Statement<[string]>
  readonly #livePaths: Statement<[string, string | Buffer, number], string>
  readonly #get: Statement<[string, string, number], ItemRow>
  readonly #getById: Statement<[number], ItemRow>
  readonly #put: Statement<NewRow, number>
  readonly #delete: Statement<[string, string]>
  readonly #deleteExpired: Statement<[number, string, number]>
  readonly #deleteUnder: Statement<[string, string | Buffer]>
  readonly #refresh: Statement<[number, number]>
  readonly #sweep: Statement<[number, number]>

  constructor(database: Database) {
    const inNamespace = '(SELECT id FROM memory_namespace WHERE path = ?)'
    this.#findNamespace = database
      .prepare<[string], number>('SELECT id FROM memory_namespace WHERE path = ?')
      .pluck()
    this.#insertNamespace = database.prepare('INSERT INTO memory_namespace (path) VALUES (?)')
    this.#livePaths = database
      .prepare<[string, string | Buffer, number], string>(
        `SELECT n.path FROM memory_namespace n WHERE n.path >= ? AND n.path < ?
           AND EXISTS (SELECT 1 FROM memory_item i WHERE i.namespace = n.id AND ${isLive}) ORDER BY n.id`,
      )
      .pluck()
    const items = `SELECT ${itemColumns} FROM memory_item i JOIN memory_namespace n ON n.id = i.namespace`
    this.#get = database.prepare(`${items} WHERE n.path = ? AND i.key = ? AND ${isLive}`)
    this.#getById = database.prepare(`${items} WHERE i.id = ?`)
    this.#put = database
      .prepare<NewRow, number>(
        `INSERT INTO memory_item (namespace, key, created, updated, ttl, expires, format, cipher, sum, data)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (namespace, key) DO UPDATE SET updated = excluded.updated, ttl = excluded.ttl,
             expires = excluded.expires, format = excluded.format, cipher = excluded.cipher,
             sum = excluded.sum, data = excluded.data
           RETURNING id`,
      )
      .pluck()
    this.#delete = database.prepare(`DELETE FROM memory_item WHERE namespace = ${inNamespace} AND key = ?`)
    this.#deleteExpired = database.prepare(
      'DELETE FROM memory_item WHERE namespace = ? AND key = ? AND expires <= ?',
    )
    this.#deleteUnder = database.prepare(
      'DELETE FROM memory_item WHERE namespace IN (SELECT id FROM memory_namespace WHERE path >= ? AND path < ?)',
    )
    this.#refresh = database.prepare(
      'UPDATE memory_item SET expires = ? + ttl WHERE id = ? AND ttl IS NOT NULL',
    )
    this.#sweep = database.prepare(
      'DELETE FROM memory_item WHERE id IN (SELECT id FROM memory_item WHERE expires <= ? LIMIT ?)',
    )
  }

  get({ path, key }: ItemAddress, now: number): ItemRow | undefined {
    return this.#get.get(path, key, now)
  }

  getById(id: number): ItemRow {
    return this.#getById.get(id)!
  }

  /** Gives the id of the row, which stays the same for as long as the item is there. */
  put({ path, key, now, ttl, value }: NewItem): number {
    // An item that has expired is gone, swept or not: its key begins anew, at the end.
    const known = this.#findNamespace.get(path)
    if (known !== undefined) this.#deleteExpired.run(known, key, now)
    const namespace = this.#findNamespace.get(path) ?? Number(this.#insertNamespace.run(path).lastInsertRowid)
    const expires = ttl === null ? null : now + ttl
    const { format, cipher, sum, data } = value
    return this.#put.get(namespace, key, now, now, ttl, expires, format, cipher, sum, data)!
  }

  delete({ path, key }: ItemAddress): void {
    this.#delete.run(path, key)
  }

  /** Gives how many items there were, expired ones included. */
  deleteUnder(prefix: string): number {
    return this.#deleteUnder.run(...pathRange(prefix)).changes
  }

  /** Lets the time of an item begin anew. */
  refresh(id: number, now: number): void {
    this.#refresh.run(now, id)
  }

  /** Removes up to so many items that have expired, and gives how many. */
  sweep(now: number, most: number): number {
    return this.#sweep.run(now, most).changes
  }

  /** Paths of the namespaces under a prefix that hold an item, in the order in which they came to hold one. */
  livePaths(prefix: string, now: number): string[] {
    return this.#livePaths.all(...pathRange(prefix), now)
  }
}
