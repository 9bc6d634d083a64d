// The `head` of a task's entry lists its writes: `[position, channel, place, …]`. A place is the length of a text
// in `data`, or minus a row of `value`; a channel is a number of the `name` table.
import type { EncodedTask } from './encode-commit.ts'
import { InlineTextReader, InlineTextWriter } from './inline-texts.ts'
import type { NameTable } from './names.ts'
import type { Part, Place } from './parts/part.ts'
import type { Placing } from './checkpoint-head.ts'

/** A write as it is kept, or is to be. */
export interface KeptWrite {
  readonly position: number
  readonly channel: string
  readonly value: Place | Part
}

/** The writes of a task by position. */
export type KeptWrites = Map<number, KeptWrite>

/** Control writes replace; of any others the first at its position stays. */
export function mergeWrites(kept: KeptWrites, task: EncodedTask): void {
  for (const { position, channel, part } of task.writes) {
    if (task.replaces || !kept.has(position)) kept.set(position, { position, channel, value: part })
  }
}

/** `head` and `data` of an entry that holds these writes; long values go to where `placing` puts them. */
export function packWrites(
  kept: KeptWrites,
  placing: Placing,
  names: NameTable,
): { head: string; data: string } {
  const texts = new InlineTextWriter()
  const head: number[] = []
  for (const { position, channel, value } of kept.values()) {
    const place = typeof value === 'object' ? placing.placeOf(value) : value
    const isInline = typeof place === 'string' && texts.hasRoomFor(place)
    const row = typeof place === 'number' ? place : isInline ? 0 : placing.rowOf(place)
    head.push(position, names.idOf(channel), isInline ? texts.add(place) : -row)
  }
  return { head: `[${head.join(',')}]`, data: texts.data() }
}

/** @throws {SyntaxError|TypeError} when this is not what `packWrites` gives. */
export function unpackWrites(
  head: string,
  data: string,
  names: NameTable,
): Map<number, KeptWrite & { readonly value: Place }> {
  const places = JSON.parse(head) as number[]
  const texts = new InlineTextReader(data)
  const kept = new Map<number, KeptWrite & { readonly value: Place }>()
  for (let at = 0; at < places.length; at += 3) {
    const position = places[at]!
    const place = places[at + 2]!
    const value = place < 0 ? -place : texts.take(place)
    kept.set(position, { position, channel: names.textOf(places[at + 1]), value })
  }
  return kept
}
