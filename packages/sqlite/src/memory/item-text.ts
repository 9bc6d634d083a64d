import { UnserialisableValueError, type Codec } from '@cairn/engine/codec'
import type { Item } from '@langchain/langgraph-checkpoint'
import { crc32 } from 'node:zlib'
import { UnreadableMemoryError, UnstorableMemoryError } from './memory-errors.ts'
import type { ItemAddress } from './memory-request.ts'
import type { ItemRow } from './memory-tables.ts'
import { namespaceLabels } from './namespace-path.ts'

/** `memory_item.format`: the text of a codec as it is. */
export const plainText = 0

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
 */
export function decodeItem(codec: Codec, row: ItemRow, file: string): Item {
  const { path, key, created, updated, format, sum, data } = row
  const namespace = namespaceLabels(path)
  const unreadable = (why: string, cause?: unknown) =>
    new UnreadableMemoryError(file, namespace, key, why, cause)
  if (format !== plainText || typeof data !== 'string') {
    throw unreadable(`its value has format ${format}, which this release does not know`)
  }
  if (itemSum(data, row) !== sum) throw unreadable('its value is not as it was written')
  try {
    const value = codec.decode(data) as Item['value']
    return { value, key, namespace, createdAt: new Date(created), updatedAt: new Date(updated) }
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message.replace(/\.$/, '') : String(error), error)
  }
}

/** Bound to the address: the value of another item does not pass for its own. */
export function itemSum(data: string, { path, key }: ItemAddress): number {
  return crc32(data, crc32(path + key))
}
