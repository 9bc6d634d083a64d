// The lines of an exported file; docs/design/format.md describes them for readers in any language.
import type { SeenVersions, Version } from '../store.ts'
import type { Edit, Json } from './json-edit.ts'

/** The version that is written, and the newest that is read. */
export const EXPORT_VERSION = 1

export interface HeaderRecord {
  readonly type: 'cairn-export'
  readonly version: number
}

export interface ThreadRecord {
  readonly type: 'thread'
  readonly id: string
  readonly tags?: readonly string[]
  readonly metadata?: Readonly<Record<string, Json>>
}

export interface LineRecord {
  readonly type: 'line'
  readonly namespace: string
}

/** What a graph looked like, before the first checkpoint of the thread that it made. */
export interface ShapeRecord {
  readonly type: 'shape'
  readonly hash: string
  readonly shape: Json
}

/** Versions, what was seen, and values say how they differ from those of the parent; without one, from none. */
export interface CheckpointRecord {
  readonly type: 'checkpoint'
  readonly id: string
  readonly parent: string | null
  readonly createdAt: string
  readonly metadata: Json
  readonly versions: Readonly<Record<string, Version>>
  readonly seen: SeenVersions
  readonly values: Readonly<Record<string, Edit>>
  readonly gone?: Gone
  /** `hash` of a shape. */
  readonly shape?: string
}

/** Names that the parent has and this checkpoint has not. */
export interface Gone {
  readonly versions?: readonly string[]
  readonly seen?: readonly string[]
  readonly values?: readonly string[]
}

export interface WritesRecord {
  readonly type: 'writes'
  readonly task: string
  readonly path?: string
  readonly writes: readonly (readonly [channel: string, value: Json])[]
}

/** `sha256` is over the bytes of the thread's lines before this one, each with its line feed. */
export interface ThreadEndRecord {
  readonly type: 'thread-end'
  readonly checkpoints: number
  readonly writes: number
  readonly sha256: string
}

export interface EndRecord {
  readonly type: 'end'
  readonly threads: number
}

export type ExportRecord =
  | HeaderRecord
  | ThreadRecord
  | LineRecord
  | ShapeRecord
  | CheckpointRecord
  | WritesRecord
  | ThreadEndRecord
  | EndRecord

/** A record as a line with its end. Two characters that some readers take for line ends are escaped. */
export function lineOf(record: ExportRecord): string {
  const text = JSON.stringify(record)
  return `${text.replace(/[\u2028\u2029]/g, (end) => (end === '\u2028' ? '\\u2028' : '\\u2029'))}\n`
}
