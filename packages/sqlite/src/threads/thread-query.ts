import type { ThreadStatus } from '@cairn/checkpoint'
import { canonicalJson, type Json } from './canonical-json.ts'
import { ThreadQueryError } from './errors.ts'
import { matchesOf } from './search-words.ts'

/** Which threads; those for which all of it holds. */
export interface ThreadQuery {
  /** Tags that the thread has, all of them. */
  readonly tags?: readonly string[]
  /**
   * Values that the thread has in its metadata, or, where it says nothing under that key, in the metadata of its newest
   * checkpoints. Compared as JSON.
   */
  readonly metadata?: Readonly<Record<string, Json>>
  /** One of these. */
  readonly status?: ThreadStatus | readonly ThreadStatus[]
  /** When the first and the newest checkpoint were made; times from `After` on, up to but without `Before`. */
  readonly createdAfter?: Date | string
  readonly createdBefore?: Date | string
  readonly updatedAfter?: Date | string
  readonly updatedBefore?: Date | string
  /**
   * Words in the values of the newest checkpoint, all of them, in any order: whatever their case and accents. `"two words"`
   * stand side by side, `begin*` is the beginning of a word. Not for stores that are encrypted.
   */
  readonly text?: string
  /** At most so many. Default 50. */
  readonly limit?: number
  /** Go on after these: the `cursor` of the page before, with the same query. */
  readonly cursor?: string
}

/** A condition in SQL, with what is bound to it. */
export interface Condition {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

const statuses: readonly ThreadStatus[] = ['finished', 'interrupted', 'failed', 'stopped']
export const defaultLimit = 50

/**
 * The conditions on `thread_index AS i` and `thread AS t`.
 * @throws {ThreadQueryError}
 */
export function conditionsOf(query: ThreadQuery): Condition[] {
  const { tags = [], metadata = {}, status, text, cursor, limit } = query
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0))
    throw new ThreadQueryError('limit', 'a whole number from 1 on', limit)
  return [
    ...tags.map((tag) => ({
      sql: 'EXISTS (SELECT 1 FROM thread_tag WHERE thread = t.name AND tag = ?)',
      values: [checkedTag(tag)],
    })),
    ...Object.entries(metadata).map(([key, value]) => hasMetadata(key, value)),
    ...(status === undefined ? [] : [hasStatus([status].flat())]),
    ...timeConditions(query),
    ...(text === undefined ? [] : matchesOf(text).map(hasWords)),
    ...(cursor === undefined ? [] : [isAfter(cursor)]),
  ]
}

export function cursorAt({ updated, thread }: { readonly updated: number; readonly thread: number }): string {
  return Buffer.from(JSON.stringify([updated, thread])).toString('base64url')
}

function hasMetadata(key: string, value: Json): Condition {
  const text = jsonOf(key, value)
  return {
    sql: `(EXISTS (SELECT 1 FROM thread_metadata WHERE thread = t.name AND key = ? AND value = ?)
      OR EXISTS (SELECT 1 FROM thread_index_metadata WHERE thread = i.thread AND key = ? AND value = ?)
      AND NOT EXISTS (SELECT 1 FROM thread_metadata WHERE thread = t.name AND key = ?))`,
    values: [key, text, key, text, key],
  }
}

function hasStatus(wanted: readonly ThreadStatus[]): Condition {
  for (const status of wanted) {
    if (!statuses.includes(status)) {
      throw new ThreadQueryError('status', statuses.map((name) => `"${name}"`).join(', '), status)
    }
  }
  return { sql: `i.status IN (${wanted.map(() => '?').join(', ')})`, values: wanted }
}

function timeConditions(query: ThreadQuery): Condition[] {
  const bounds = [
    ['createdAfter', 'i.created >= ?'],
    ['createdBefore', 'i.created < ?'],
    ['updatedAfter', 'i.updated >= ?'],
    ['updatedBefore', 'i.updated < ?'],
  ] as const
  return bounds.flatMap(([option, sql]) => {
    const time = query[option]
    return time === undefined ? [] : [{ sql, values: [milliseconds(option, time)] }]
  })
}

function hasWords(match: string): Condition {
  return {
    sql: `i.thread IN (SELECT thread FROM thread_text WHERE id IN
      (SELECT rowid FROM thread_words WHERE thread_words MATCH ?))`,
    values: [match],
  }
}

function isAfter(cursor: string): Condition {
  let place: unknown
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    place = undefined
  }
  if (!Array.isArray(place) || place.length !== 2 || !place.every((part) => Number.isSafeInteger(part)))
    throw new ThreadQueryError('cursor', 'the "cursor" of another page', cursor)
  return { sql: '(i.updated, i.thread) < (?, ?)', values: place as number[] }
}

function milliseconds(option: string, time: Date | string): number {
  const ms = time instanceof Date ? time.getTime() : typeof time === 'string' ? Date.parse(time) : NaN
  if (Number.isNaN(ms))
    throw new ThreadQueryError(option, 'a Date, or a text that Date.parse understands', time)
  return ms
}

function checkedTag(tag: unknown): string {
  if (typeof tag === 'string' && tag !== '') return tag
  throw new ThreadQueryError('tags', 'texts that are not empty', tag)
}

function jsonOf(key: string, value: Json): string {
  try {
    return canonicalJson(value)
  } catch {
    throw new ThreadQueryError(`metadata.${key}`, 'JSON data', value)
  }
}
