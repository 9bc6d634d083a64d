// The keys of a store: which one new rows are sealed with, and those that earlier rows need.
//   R1. A key is held against what it once sealed before it is used: a wrong one neither reads nor writes anything.
//   R2. The number of a key is never used again, and its row stays, so that any process may remember it.
import { KeyObject, createSecretKey } from 'node:crypto'
import type { Database, Statement } from 'better-sqlite3'
import type { Connection } from '../connection.ts'
import { StoreOptionError } from '../errors.ts'
import type { EncryptionOptions } from './encryption-options.ts'
import { BrokenSealError, InvalidKeyError, MissingKeyError, WrongKeyError } from './errors.ts'
import type { RowCipher } from './row-cipher.ts'
import { keyIdentity } from './row-identity.ts'
import { keyLengthBytes, seal, unseal } from './seal.ts'

/** Where the names of keys are kept. */
export type KeyConnection = Pick<Connection, 'path' | 'database' | 'writing'>

interface HeldKey {
  /** Its number in `cipher_key`. */
  readonly id: number
  readonly name: string
  readonly key: KeyObject
}

type Row = [id: number, name: string, sealed: Uint8Array]

const known = 'cairn'

export class KeyRing implements RowCipher {
  readonly #path: string
  readonly #options: EncryptionOptions | undefined
  readonly #selectById: Statement<[number], Row>
  readonly #held = new Map<number, HeldKey>()
  #current: HeldKey | undefined

  /**
   * The keys of the store in this database. Brings the current key in, if it is new; call it outside of transactions.
   * @throws {MissingKeyError|WrongKeyError|InvalidKeyError|StoreOptionError}
   */
  static open(connection: KeyConnection, options: EncryptionOptions | undefined): KeyRing {
    const { path, database } = connection
    const ring = new KeyRing(path, database, options)
    if (options === undefined) ring.#assertPlain(database)
    else {
      checkEncryption(path, options)
      if (options.currentKey !== null) ring.#use(connection, options.currentKey)
    }
    return ring
  }

  private constructor(path: string, database: Database, options: EncryptionOptions | undefined) {
    this.#path = path
    this.#options = options
    this.#selectById = database
      .prepare<[number], Row>('SELECT id, name, sealed FROM cipher_key WHERE id = ?')
      .raw()
  }

  /** The number of the key that new rows are sealed with; `null` when they are plain. */
  get current(): number | null {
    return this.#current?.id ?? null
  }

  /** The name of that key. */
  get currentName(): string | null {
    return this.#current?.name ?? null
  }

  /** Notes that no row needs the other keys any more, and gives their names. Within a transaction. */
  releaseOthers(database: Database): string[] {
    database.prepare('UPDATE cipher_key SET in_use = 0 WHERE id IS NOT ?').run(this.current)
    return database
      .prepare<[number | null], string>('SELECT name FROM cipher_key WHERE id IS NOT ? ORDER BY id')
      .pluck()
      .all(this.current)
  }

  /** The text as the row `identity` stores it, beside the number of the current key. */
  seal(text: string, identity: string): string | Buffer {
    return this.#current === undefined ? text : seal(this.#current.key, text, identity)
  }

  /**
   * The text that the row `identity` stores under the key with this number.
   * @throws {MissingKeyError|WrongKeyError|InvalidKeyError|BrokenSealError}
   */
  unseal(cipher: number, sealed: unknown, identity: string): string {
    const { key, name } = this.#held.get(cipher) ?? this.#hold(cipher)
    const text = sealed instanceof Uint8Array ? unseal(key, sealed, identity) : undefined
    if (text === undefined) throw new BrokenSealError(this.#path, identity.replace(/^cairn \d+ /, ''), name)
    return text
  }

  /** What is written without a key to a store that has one could be read by everybody. */
  #assertPlain(database: Database): void {
    const used = database
      .prepare<[], string>('SELECT name FROM cipher_key WHERE in_use = 1 ORDER BY id DESC')
      .pluck()
      .get()
    if (used !== undefined) throw new MissingKeyError(this.#path, used)
  }

  #hold(cipher: number): HeldKey {
    const row = this.#selectById.get(cipher)
    if (row === undefined) throw new MissingKeyError(this.#path, `number ${cipher}`)
    const [id, name, sealed] = row
    const held = { id, name, key: this.#ask(name) }
    this.#check(held, sealed)
    this.#held.set(id, held)
    return held
  }

  #use(connection: KeyConnection, name: string): void {
    const { database } = connection
    const key = this.#ask(name)
    const select = database
      .prepare<[string], [...Row, inUse: number]>(
        'SELECT id, name, sealed, in_use FROM cipher_key WHERE name = ?',
      )
      .raw()
    let row = select.get(name)
    // What is sealed now is compared before anything else, so a wrong key is never noted as the one in use.
    if (row !== undefined) this.#check({ id: row[0], name, key }, row[2])
    if (row?.[3] !== 1 && !database.readonly) {
      const insert = database.prepare(
        `INSERT INTO cipher_key (name, sealed, in_use) VALUES (?, ?, 1)
         ON CONFLICT (name) DO UPDATE SET in_use = 1`,
      )
      connection.writing(() => insert.run(name, seal(key, known, keyIdentity(name))))
      row = select.get(name)!
    }
    // A store that is only read and was never written with this key has nothing that it could open.
    if (row === undefined) return
    const held = { id: row[0], name, key }
    // Once more: another process may have brought in the name in the meantime.
    this.#check(held, row[2])
    this.#held.set(held.id, held)
    this.#current = held
  }

  #ask(name: string): KeyObject {
    let given: unknown
    try {
      given = this.#options?.key(name)
    } catch (cause) {
      throw new MissingKeyError(this.#path, name, cause)
    }
    if (given === undefined || given === null) throw new MissingKeyError(this.#path, name)
    const key =
      given instanceof Uint8Array ? createKey(given) : given instanceof KeyObject ? given : undefined
    if (key?.type === 'secret' && key.symmetricKeySize === keyLengthBytes) return key
    throw new InvalidKeyError(this.#path, name, describe(given))
  }

  #check({ name, key }: HeldKey, sealed: Uint8Array): void {
    if (unseal(key, sealed, keyIdentity(name)) !== known) throw new WrongKeyError(this.#path, name)
  }
}

function checkEncryption(path: string, options: EncryptionOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new StoreOptionError(path, 'encryption', 'an object with "currentKey" and "key"', typeof options)
  const { currentKey } = options
  if (currentKey !== null && (typeof currentKey !== 'string' || currentKey === ''))
    throw new StoreOptionError(path, 'encryption.currentKey', 'the name of a key, or null', typeof currentKey)
  if (typeof options.key !== 'function')
    throw new StoreOptionError(path, 'encryption.key', 'a function', typeof options.key)
}

/** Node takes an empty key for an error of its own. */
function createKey(bytes: Uint8Array): KeyObject | undefined {
  return bytes.length === keyLengthBytes ? createSecretKey(bytes) : undefined
}

/** Never with a byte of it: this stands in the message of an error. */
function describe(given: unknown): string {
  if (given instanceof Uint8Array) return `${given.length} bytes long`
  if (given instanceof KeyObject) {
    const size = given.symmetricKeySize
    return size === undefined ? `a ${given.type} key` : `a secret key of ${size} bytes`
  }
  return given instanceof Promise
    ? 'a promise: the key must be there when it is asked for'
    : `of the type ${typeof given}`
}
