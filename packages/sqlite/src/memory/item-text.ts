// The value of an item as its row holds it: the text of a codec, plain or encrypted, with a checksum.
import { UnserialisableValueError, type Codec } from '@cairn/engine/codec'
import type { Item } from '@langchain/langgraph-checkpoint'
import { crc32 } from 'node:zlib'
import type { RowCipher } from '../encryption/row-cipher.ts'
import { UnreadableMemoryError, UnstorableMemoryError } from './memory-errors.ts'
import type { ItemAddress } from './memory-request.ts'
import type { ItemRow, StoredValue } from './memory-tables.ts'
import { namespaceLabels } from './namespace-path.ts'

/** `memory_item.format`: the text of a codec as it is. */
const plainText = 0

/** @throws {UnstorableMemoryError} */
export function encodeItem(codec: Codec, value: unknown, { path, key }: ItemAddress): string {
  try {
    return codec.encode(value)
  } catch (error) {
    if (!(error instanceof UnserialisableValueError)) throw error
    throw new UnstorableMemoryError(error, namespaceLabels(path), key)
  }
}

/**
 * @param file for errors
 * @throws {UnreadableMemoryError}
 * @throws {StoreError} when the key that it is encrypted with is missing
 */
export function decodeItem(codec: Codec, cipher: RowCipher, row: ItemRow, file: string): Item {
  const { path, key, created, updated } = row
  const namespace = namespaceLabels(path)
  const text = openText(cipher, row, file)
  try {
    const value = codec.decode(text) as Item['value']
    return { value, key, namespace, createdAt: new Date(created), updatedAt: new Date(updated) }
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
    throw new UnreadableMemoryError(file, namespace, key, why, error)
  }
}

/** The text for the row of this address. */
export function closeText(cipher: RowCipher, text: string, address: ItemAddress): StoredValue {
  // A sum of the text itself would tell what a short one is.
  const data = cipher.seal(text, itemIdentity(address))
  return { format: plainText, cipher: cipher.current, sum: itemSum(data, address), data }
}

/**
 * The text of a row.
 * @throws {UnreadableMemoryError} when it is not as it was written.
 */
export function openText(cipher: RowCipher, row: ItemRow, file: string): string {
  const problem = problemOfText(row)
  if (problem !== undefined) {
    throw new UnreadableMemoryError(file, namespaceLabels(row.path), row.key, problem)
  }
  const data = row.data as string | Uint8Array
  return row.cipher === null ? (data as string) : cipher.unseal(row.cipher, data, itemIdentity(row))
}

/** Why the text of a row cannot be read, as far as that can be told without a key. */
export function problemOfText(row: ItemRow): string | undefined {
  const { format, cipher, sum, data } = row
  const isStored = cipher === null ? typeof data === 'string' : data instanceof Uint8Array
  if (format !== plainText || !isStored) {
    return `its value has format ${format}, which this release does not know`
  }
  return itemSum(data as string | Uint8Array, row) === sum ? undefined : 'its value is not as it was written'
}

/** Bound to the address: the value of another item does not pass for its own. */
function itemSum(data: string | Uint8Array, { path, key }: ItemAddress): number {
  return crc32(data, crc32(path + key))
}

/** Paths hold no NUL, so no two addresses have the same. */
function itemIdentity({ path, key }: ItemAddress): string {
  return `cairn 1 memory_item ${path}\0${key}`
}
