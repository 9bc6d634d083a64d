/** An id as it is stored: the 16 bytes of a UUID in its canonical form, or else the text itself. */
export type CompactId = Uint8Array | string

const length = 36
const dash = '-'.charCodeAt(0)
const digits = new Int8Array(128).fill(-1)
for (let value = 0; value < 16; value++) digits[value.toString(16).charCodeAt(0)] = value

/** Bytes of canonical UUIDs compare as their texts do, so a column of them sorts as their texts would. */
export function compactId(id: string): CompactId {
  if (id.length !== length) return id
  const bytes = Buffer.allocUnsafe(16)
  let end = 0
  for (let at = 0; at < length; at += 2) {
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (id.charCodeAt(at) !== dash) return id
      at++
    }
    const high = digits[id.charCodeAt(at)] ?? -1
    const low = digits[id.charCodeAt(at + 1)] ?? -1
    if (high < 0 || low < 0) return id
    bytes[end++] = high * 16 + low
  }
  return bytes
}

/** The text that `compactId` was given. */
export function expandId(id: CompactId): string {
  if (typeof id === 'string') return id
  const text = Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex')
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
}
