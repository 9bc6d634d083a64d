import { createSecretKey, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compactId } from '../../src/compact-id.ts'
import { entryIdentity, valueIdentity } from '../../src/encryption/row-identity.ts'
import { seal, unseal } from '../../src/encryption/seal.ts'

const key = createSecretKey(randomBytes(32))
const identity = valueIdentity(1, 2, 0)

test('any text comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), (text) => {
      expect(unseal(key, seal(key, text, identity), identity)).toBe(text)
    }),
  )
})

test('a text takes 28 bytes more, and never looks the same twice', () => {
  const sealed = new Set(
    Array.from({ length: 2000 }, () => seal(key, 'the same text', identity).toString('hex')),
  )
  expect(sealed.size).toBe(2000)
  expect(seal(key, 'the same text', identity)).toHaveLength(13 + 28)
  expect(seal(key, 'the same text', identity).includes('same')).toBe(false)
})

test('a changed bit, another row, another key and a cut end do not open', () => {
  const sealed = seal(key, 'text', identity)
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed)
    changed[at]! ^= 1
    expect(unseal(key, changed, identity)).toBeUndefined()
    expect(unseal(key, sealed.subarray(0, at), identity)).toBeUndefined()
  }
  expect(unseal(key, sealed, valueIdentity(1, 3, 0))).toBeUndefined()
  expect(unseal(key, sealed, valueIdentity(2, 2, 0))).toBeUndefined()
  expect(unseal(key, sealed, valueIdentity(1, 2, 1))).toBeUndefined()
  expect(unseal(createSecretKey(randomBytes(32)), sealed, identity)).toBeUndefined()
})

test('no two rows have one identity', () => {
  const none = new Uint8Array()
  const id = '1ef00000-0000-6000-8000-000000000000'
  const identities = [
    valueIdentity(1, 11, 0),
    valueIdentity(11, 1, 0),
    entryIdentity(1, compactId(id), none, 0),
    entryIdentity(1, none, compactId(id), 0),
    entryIdentity(1, 'a b', 'c', 0),
    entryIdentity(1, 'a', 'b c', 0),
    entryIdentity(1, 'a" "b', '', 0),
    entryIdentity(1, 'a', 'b', 0),
  ]
  expect(new Set(identities).size).toBe(identities.length)
  // A line may come to store its ids as text; what was sealed before has to open still.
  expect(entryIdentity(1, id, none, 0)).toBe(entryIdentity(1, compactId(id), none, 0))
})
