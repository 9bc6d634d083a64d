// A few rows that refer to each other twice could stand for more values than there is memory. What a writer stores
// never repeats that much, so it is refused before it is put together.
import { type Part, Sequence } from './part.ts'

/** Fewer values than this are never looked at. */
const harmless = 1 << 20
/** How often a part may occur, on average. */
const mostRepeated = 64

const sizes = new WeakMap<Sequence, number>()

/** @throws {TypeError} when so many parts can only have been forged. */
export function assertPlausible(parts: readonly Part[]): void {
  if (parts.length > harmless && new Set(parts).size * mostRepeated < parts.length) throw forged()
}

/** The same of all that a sequence holds, within its parts too. */
export function assertPlausibleSequence(sequence: Sequence): void {
  let size = 0
  for (const part of sequence.parts) size += part instanceof Sequence ? (sizes.get(part) ?? 1) : 1
  sizes.set(sequence, size)
  if (size > harmless && countParts(sequence, new Set()) * mostRepeated < size) throw forged()
}

/** Each sequence once. */
function countParts(sequence: Sequence, counted: Set<Part>): number {
  if (counted.has(sequence)) return 0
  counted.add(sequence)
  let count = sequence.parts.length
  for (const part of sequence.parts) if (part instanceof Sequence) count += countParts(part, counted)
  return count
}

function forged(): TypeError {
  return new TypeError('it repeats the same parts more often than anything that was stored')
}
