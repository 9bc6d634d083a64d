// The `head` of a task's entry lists its writes: `[position, channel, place, …]`. A place is the length of a text
// in `data`, or minus a row of `value`; a channel is a number of the `name` table.
import type { Slot, StoredText } from './checkpoint-state.ts'
import type { EncodedTask } from './encode-commit.ts'
import { InlineTextReader, InlineTextWriter, inlineLimit } from './inline-texts.ts'
import type { NameTable } from './names.ts'

/** A write as it is kept. */
export interface KeptWrite {
  readonly position: number
  readonly channel: string
  readonly value: Slot
}

/** The writes of a task by position. */
export type KeptWrites = Map<number, KeptWrite>

/** Control writes replace; of any others the first at its position stays. */
export function mergeWrites(kept: KeptWrites, task: EncodedTask): void {
  for (const { position, channel, text } of task.writes) {
    if (task.replaces || !kept.has(position)) kept.set(position, { position, channel, value: text })
  }
}

/** `head` and `data` of an entry that holds these writes; long values go to where `store` puts them. */
export function packWrites(
  kept: KeptWrites,
  store: (text: string) => StoredText,
  names: NameTable,
): { head: string; data: string } {
  const texts = new InlineTextWriter()
  const head: number[] = []
  for (const { position, channel, value } of kept.values()) {
    const slot =
      typeof value === 'string' && !(value.length <= inlineLimit && texts.hasRoomFor(value))
        ? store(value)
        : value
    head.push(position, names.idOf(channel), typeof slot === 'string' ? texts.add(slot) : -slot.row)
  }
  return { head: `[${head.join(',')}]`, data: texts.data() }
}

/** @throws {SyntaxError|TypeError} when this is not what `packWrites` gives. */
export function unpackWrites(head: string, data: string, names: NameTable): KeptWrites {
  const places = JSON.parse(head) as number[]
  const texts = new InlineTextReader(data)
  const kept: KeptWrites = new Map()
  for (let at = 0; at < places.length; at += 3) {
    const position = places[at]!
    const place = places[at + 2]!
    const value = place < 0 ? { row: -place, length: undefined } : texts.take(place)
    kept.set(position, { position, channel: names.textOf(places[at + 1]), value })
  }
  return kept
}
