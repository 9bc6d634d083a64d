import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createCipherTable } from '../../src/encryption/create-cipher-table.ts'
import type { EncryptionOptions, Key } from '../../src/encryption/encryption-options.ts'
import { type KeyConnection, KeyRing } from '../../src/encryption/key-ring.ts'

const keys: Readonly<Record<string, Key>> = {
  old: randomBytes(32),
  new: createSecretKey(randomBytes(32)),
}

function openDatabase(): KeyConnection {
  const database = new Database(':memory:')
  onTestFinished(() => void database.close())
  createCipherTable(database)
  return { path: 'threads.db', database, writing: (write) => write() }
}

function encryption(currentKey: string | null, given: (name: string) => unknown = (name) => keys[name]) {
  return { currentKey, key: given } as EncryptionOptions
}

function codeOf(action: () => unknown): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return (error as { code: unknown }).code
  }
}

test('without encryption all is plain, unless the store has been encrypted', () => {
  const database = openDatabase()
  const ring = KeyRing.open(database, undefined)
  expect(ring.current).toBeNull()
  expect(ring.seal('text', 'a')).toBe('text')
  KeyRing.open(database, encryption('old'))
  expect(() => KeyRing.open(database, undefined)).toThrow(
    'The store threads.db is encrypted, and its key "old" was not given. ' +
      'Open it with "encryption", whose "key" gives the key of that name.',
  )
})

test('several keys are live at once, each row opens with its own', () => {
  const database = openDatabase()
  const before = KeyRing.open(database, encryption('old'))
  const first = { cipher: before.current!, data: before.seal('first', 'a') }
  const after = KeyRing.open(database, encryption('new'))
  const second = { cipher: after.current!, data: after.seal('second', 'b') }
  expect(first.cipher).not.toBe(second.cipher)
  for (const ring of [before, after]) {
    expect(ring.unseal(first.cipher, first.data, 'a')).toBe('first')
    expect(ring.unseal(second.cipher, second.data, 'b')).toBe('second')
  }
})

test('a name keeps its number, and its key is asked for once', () => {
  const database = openDatabase()
  const ring = KeyRing.open(database, encryption('old'))
  const data = ring.seal('text', 'a')
  const key = vi.fn<(name: string) => Key | undefined>((name) => keys[name])
  const other = KeyRing.open(database, encryption('old', key))
  expect(other.current).toBe(ring.current)
  expect(other.unseal(ring.current!, data, 'a')).toBe('text')
  expect(key.mock.calls).toEqual([['old']])
})

test('a wrong key is refused before anything is read or written with it', () => {
  const database = openDatabase()
  const { current } = KeyRing.open(database, encryption('old'))
  expect(() =>
    KeyRing.open(
      database,
      encryption('old', () => randomBytes(32)),
    ),
  ).toThrow('What was given as the key "old" of the store threads.db is another key')
  const ring = KeyRing.open(
    database,
    encryption('new', (name) => (name === 'new' ? keys['new'] : randomBytes(32))),
  )
  expect(codeOf(() => ring.unseal(current!, Buffer.alloc(40), 'a'))).toBe('STORE_KEY_WRONG')
})

test('a missing key is told by its name', () => {
  const database = openDatabase()
  const { current } = KeyRing.open(database, encryption('old'))
  const ring = KeyRing.open(
    database,
    encryption('new', (name) => (name === 'new' ? keys['new'] : undefined)),
  )
  expect(() => ring.unseal(current!, Buffer.alloc(40), 'a')).toThrow('its key "old" was not given')
  const failing = () => {
    throw new Error('the vault is closed')
  }
  expect(codeOf(() => KeyRing.open(database, encryption('new', failing)))).toBe('STORE_KEY_MISSING')
})

test('what is no key is refused, and none of it is told', () => {
  const database = openDatabase()
  const { privateKey } = generateKeyPairSync('x25519')
  const wrong = [
    randomBytes(31),
    Buffer.alloc(0),
    'correct horse battery staple',
    createSecretKey(randomBytes(16)),
    privateKey,
    Promise.resolve(randomBytes(32)),
  ]
  const messages = wrong.map((given) => {
    try {
      KeyRing.open(
        database,
        encryption('new', () => given),
      )
      return undefined
    } catch (error) {
      return /store threads\.db is (.*?)\. A key has/.exec((error as Error).message)?.[1]
    }
  })
  expect(messages).toEqual([
    '31 bytes long',
    '0 bytes long',
    'of the type string',
    'a secret key of 16 bytes',
    'a private key',
    'a promise: the key must be there when it is asked for',
  ])
})

test('a row that was changed or moved does not open', () => {
  const ring = KeyRing.open(openDatabase(), encryption('old'))
  const data = ring.seal('text', 'a')
  expect(codeOf(() => ring.unseal(ring.current!, data, 'b'))).toBe('STORE_SEAL_BROKEN')
  expect(codeOf(() => ring.unseal(ring.current!, 'text', 'a'))).toBe('STORE_SEAL_BROKEN')
})

test('without a current key, what is written is plain, and what is encrypted still opens', () => {
  const database = openDatabase()
  const { current, seal } = bound(KeyRing.open(database, encryption('old')))
  const data = seal('text', 'a')
  const ring = KeyRing.open(database, encryption(null))
  expect(ring.current).toBeNull()
  expect(ring.seal('plain', 'b')).toBe('plain')
  expect(ring.unseal(current!, data, 'a')).toBe('text')
})

function bound(ring: KeyRing) {
  return { current: ring.current, seal: ring.seal.bind(ring) }
}

test('options of the wrong kind are refused', () => {
  const database = openDatabase()
  const wrong = [
    encryption(''),
    { currentKey: 'a' },
    'secret',
    null,
    { key: () => undefined },
  ] as unknown as EncryptionOptions[]
  expect(wrong.map((options) => codeOf(() => KeyRing.open(database, options)))).toEqual(
    wrong.map(() => 'STORE_OPTION'),
  )
})
