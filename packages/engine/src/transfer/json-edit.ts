// How one JSON value differs from another, so that a list that grew is told by what was added to it.

/** JSON data, as `JSON.parse` gives it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** What makes one value of another. */
export type Edit =
  /** Put this value in its place. */
  | { readonly set: Json }
  /** Add to the end of a text. */
  | { readonly append: string }
  /** At this place in a list, take out so many elements and put these in. */
  | { readonly splice: readonly [start: number, count: number, elements: readonly Json[]] }
  /** Edit the element at this place in a list. */
  | { readonly item: readonly [index: number, edit: Edit] }
  /** Take these keys from an object, then edit others in their place; those that are new are added in order. */
  | { readonly keys: Readonly<Record<string, Edit>>; readonly drop?: readonly string[] }

/** Texts that are shorter are put anew. */
const shortestKeptText = 32

/** What makes `after` of `before`, or `undefined` when they are the same, in the order of their keys too. */
export function editBetween(before: Json, after: Json): Edit | undefined {
  if (isSame(before, after)) return undefined
  if (typeof before === 'string' && typeof after === 'string') return textEdit(before, after)
  if (isList(before) && isList(after)) return listEdit(before, after)
  if (isObject(before) && isObject(after)) return objectEdit(before, after)
  return { set: after }
}

/**
 * What the edit makes of the value.
 * @throws {TypeError} when it does not fit.
 */
export function applyEdit(before: Json | undefined, edit: Edit): Json {
  if ('set' in edit) return edit.set
  if ('append' in edit) {
    if (typeof before !== 'string' || typeof edit.append !== 'string') throw misfit('append', 'a text')
    return before + edit.append
  }
  if ('splice' in edit) return spliced(before, edit.splice)
  if ('item' in edit) return withItem(before, edit.item)
  if ('keys' in edit) return withKeys(before, edit.keys, edit.drop ?? [])
  throw new TypeError('An edit has none of "set", "append", "splice", "item" and "keys".')
}

function textEdit(before: string, after: string): Edit {
  const isLonger = before.length >= shortestKeptText && after.startsWith(before)
  // A pair that stands for one character is not split between two lines.
  return isLonger && !/[\ud800-\udbff]$/.test(before)
    ? { append: after.slice(before.length) }
    : { set: after }
}

function listEdit(before: readonly Json[], after: readonly Json[]): Edit {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && isSame(before[start]!, after[start]!)) start++
  let kept = 0
  while (kept < shorter - start && isSame(before.at(-1 - kept)!, after.at(-1 - kept)!)) kept++
  const count = before.length - start - kept
  const elements = after.slice(start, after.length - kept)
  if (count === 1 && elements.length === 1) {
    const edit = editBetween(before[start]!, elements[0]!)!
    if (!('set' in edit)) return { item: [start, edit] }
  }
  return start + kept === 0 ? { set: after } : { splice: [start, count, elements] }
}

function objectEdit(before: JsonObject, after: JsonObject): Edit {
  const drop = Object.keys(before).filter((key) => !Object.hasOwn(after, key))
  const kept = Object.keys(before).filter((key) => Object.hasOwn(after, key))
  const isSameOrder = Object.keys(after).every((key, index) => index >= kept.length || key === kept[index])
  if (!isSameOrder) return { set: after }
  const edits: [string, Edit][] = []
  let whole = 0
  for (const [index, [key, value]] of Object.entries(after).entries()) {
    const edit = index < kept.length ? editBetween(before[key]!, value) : { set: value }
    if (edit === undefined) continue
    if ('set' in edit) whole++
    edits.push([key, edit])
  }
  if (whole === Object.keys(after).length) return { set: after }
  return { keys: Object.fromEntries(edits), ...(drop.length > 0 && { drop }) }
}

function spliced(before: Json | undefined, splice: unknown): Json {
  const [start, count, elements] = (isList(splice) ? splice : []) as unknown[]
  if (!isList(before) || !isList(elements)) throw misfit('splice', 'a list')
  if (!isIndex(start) || !isIndex(count) || start + count > before.length)
    throw misfit('splice', 'so long a list')
  return [...before.slice(0, start), ...elements, ...before.slice(start + count)]
}

function withItem(before: Json | undefined, item: unknown): Json {
  const [index, edit] = (isList(item) ? item : []) as unknown[]
  if (!isList(before) || !isIndex(index) || index >= before.length) throw misfit('item', 'so long a list')
  return before.with(index, applyEdit(before[index], asEdit(edit)))
}

function withKeys(before: Json | undefined, keys: unknown, drop: unknown): Json {
  if (!isObject(before) || !isObject(keys) || !isList(drop)) throw misfit('keys', 'an object')
  const entries = new Map(Object.entries(before))
  for (const key of drop) {
    if (typeof key !== 'string' || !entries.delete(key)) throw misfit('drop', 'an object with these keys')
  }
  for (const [key, edit] of Object.entries(keys)) entries.set(key, applyEdit(entries.get(key), asEdit(edit)))
  return Object.fromEntries(entries)
}

/** @throws {TypeError} when it is nothing like an edit. */
export function asEdit(value: unknown): Edit {
  if (!isObject(value)) throw new TypeError('An edit is no object.')
  return value as unknown as Edit
}

function misfit(name: string, expected: string): TypeError {
  return new TypeError(`An edit with "${name}" is for ${expected}, but there is none.`)
}

/** Whether two values have the same text. */
function isSame(left: Json, right: Json): boolean {
  if (left === right) return true
  if (isList(left)) {
    return (
      isList(right) &&
      left.length === right.length &&
      left.every((value, index) => isSame(value, right[index]!))
    )
  }
  if (!isObject(left) || !isObject(right)) return false
  const keys = Object.keys(left)
  const others = Object.keys(right)
  return (
    keys.length === others.length &&
    keys.every((key, index) => key === others[index] && isSame(left[key]!, right[key]!))
  )
}

function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
