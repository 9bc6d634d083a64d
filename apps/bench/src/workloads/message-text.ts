import { crc32 } from 'node:zlib'
import { documentOf } from './idle-channel.ts'

/** ASCII text of exactly that many bytes, another one for each index. */
export function messageText(index: number, bytes: number): string {
  return documentOf(bytes + 20)
    .replaceAll('stones', `stones of cairn ${index}`)
    .slice(0, bytes)
}

/** A number that differs when any of the texts, or their order, does. */
export function checksumOf(texts: Iterable<string>): number {
  let sum = 0
  for (const text of texts) sum = crc32(text, sum)
  return sum
}
