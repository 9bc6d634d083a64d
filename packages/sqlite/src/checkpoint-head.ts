// What the entry of a checkpoint holds: `head`, a JSON array, and `data`, the short values.
import type { CheckpointState } from './checkpoint-state.ts'
import type { EncodedCheckpoint } from './encode-commit.ts'
import { InlineTextReader, InlineTextWriter, inlineLimit } from './inline-texts.ts'
import type { NameTable } from './names.ts'
import type { Part, Place } from './parts/part.ts'
import { type SeenChange, advanceSeen, allSeen, applySeen } from './seen-changes.ts'
import { type VersionGroup, advanceVersions, applyVersions, groupVersions } from './version-groups.ts'

export type CheckpointHead = readonly [
  /** Place in `sources`, or another source as it is; `null` when the metadata has none. */
  source: number | string | null,
  step: number | null,
  /** Length of the rest of the metadata, the first text in `data`; -1 when it is that of the parent. */
  metadata: number,
  versions: readonly VersionGroup[],
  seen: readonly SeenChange[],
  /** `[channel, place, …]`: the length of a text in `data`, or minus a row of `value`, or 0 for nothing. */
  values: readonly number[],
]

/** Never change the order: their places are stored. */
const sources: readonly string[] = ['input', 'loop', 'update', 'fork']

/**
 * A value that outlives a whole checkpoint is likely to stay: longer ones then move to `value`, so that the next
 * whole checkpoints need not repeat them. In UTF-16 units.
 */
const lastingInlineLimit = 24

/** What a checkpoint changes in its parent. */
export interface Changes {
  readonly metadata: boolean
  readonly versions: readonly VersionGroup[]
  readonly seen: readonly SeenChange[]
  readonly channels: readonly string[]
}

/** Puts values where they stay. */
export interface Placing {
  /** A short one is its own place. */
  placeOf(part: Part): Place
  /** The row of a text, or of a node, that is to stand in no entry. */
  rowOf(text: string): number
}

/** What an entry holds, as its columns take it. */
export interface PackedEntry {
  readonly head: string
  readonly data: string
}

/** Brings the state of the parent to that of this checkpoint, and tells what changed. */
export function advanceState(
  state: CheckpointState,
  { checkpoint, metadata, changed }: EncodedCheckpoint,
  placing: Placing,
  names: NameTable,
): Changes {
  const channels: string[] = []
  for (const [channel, part] of changed) {
    const next = placing.placeOf(part)
    if (next === state.values.get(channel)) continue
    state.values.set(channel, next)
    channels.push(channel)
  }
  for (const channel of checkpoint.removed) {
    if (state.values.delete(channel)) channels.push(channel)
  }
  const isNewMetadata = state.metadata !== metadata.rest
  state.metadata = metadata.rest
  return {
    metadata: isNewMetadata,
    versions: advanceVersions(state.versions, checkpoint.versions, names),
    seen: advanceSeen(state.seen, checkpoint.seen, names),
    channels,
  }
}

/** An entry that holds what the checkpoint changes. */
export function packChanges(
  state: CheckpointState,
  source: string | null,
  step: number | null,
  changes: Changes,
  placing: Placing,
  names: NameTable,
): PackedEntry {
  const texts = new InlineTextWriter()
  const metadata = changes.metadata ? texts.add(state.metadata) : -1
  const values: number[] = []
  for (const channel of changes.channels) {
    values.push(names.idOf(channel), placeIn(state, channel, inlineLimit, texts, placing))
  }
  return pack([codeOf(source), step, metadata, changes.versions, changes.seen, values], texts)
}

/** An entry that holds the whole checkpoint; `fresh` are the channels whose values it has changed. */
export function packWhole(
  state: CheckpointState,
  source: string | null,
  step: number | null,
  fresh: readonly string[],
  placing: Placing,
  names: NameTable,
): PackedEntry {
  const texts = new InlineTextWriter()
  const metadata = texts.add(state.metadata)
  const changed = new Set(fresh)
  const values: number[] = []
  for (const channel of state.values.keys()) {
    const limit = changed.has(channel) ? inlineLimit : lastingInlineLimit
    values.push(names.idOf(channel), placeIn(state, channel, limit, texts, placing))
  }
  const versions = groupVersions(state.versions, names)
  return pack([codeOf(source), step, metadata, versions, allSeen(state.seen, names), values], texts)
}

/** Where the entry finds the value of a channel; one that is too long for it moves to where `store` puts it. */
function placeIn(
  state: CheckpointState,
  channel: string,
  limit: number,
  texts: InlineTextWriter,
  placing: Placing,
): number {
  const place = state.values.get(channel)
  if (place === undefined) return 0
  if (typeof place === 'number') return -place
  if (place.length <= limit && texts.hasRoomFor(place)) return texts.add(place)
  const row = placing.rowOf(place)
  state.values.set(channel, row)
  return -row
}

function pack(head: CheckpointHead, texts: InlineTextWriter): PackedEntry {
  return { head: JSON.stringify(head), data: texts.data() }
}

/** @throws {SyntaxError} when the text is no JSON. */
export function parseHead(text: string): CheckpointHead {
  return JSON.parse(text) as CheckpointHead
}

/**
 * Brings the state of the parent to that of the checkpoint with this entry; one that holds a whole checkpoint is
 * applied to an empty state.
 * @throws {TypeError} when it is not what `packChanges` or `packWhole` give.
 */
export function applyHead(
  state: CheckpointState,
  head: CheckpointHead,
  data: string,
  names: NameTable,
): void {
  const [, , metadata, versions, seen, values] = head
  const texts = new InlineTextReader(data)
  if (metadata >= 0) state.metadata = texts.take(metadata)
  applyVersions(state.versions, versions, names)
  applySeen(state.seen, seen, names)
  for (let at = 0; at < values.length; at += 2) {
    const channel = names.textOf(values[at])
    const where = values[at + 1]!
    if (where === 0) state.values.delete(channel)
    else state.values.set(channel, where < 0 ? -where : texts.take(where))
  }
}

function codeOf(source: string | null): number | string | null {
  if (source === null) return null
  const code = sources.indexOf(source)
  return code === -1 ? source : code
}

export function sourceOf(code: number | string | null): string | null {
  return typeof code === 'number' ? (sources[code] ?? null) : code
}
