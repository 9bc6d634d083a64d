// Filters over the top-level fields of values, with the operators of LangGraph's InMemoryStore.
//   F1. What matches is decided here, on the value itself.
//   F2. SQL may look first, at text that is plain JSON, but only to leave out what F1 would leave out as well.
import { isDeepStrictEqual } from 'node:util'

/** What SQL looks at first: the field at a JSON path has one of these texts, or none, or is a number on this side. */
export type Narrowing =
  | { readonly kind: 'among' | 'notAmong'; readonly path: string; readonly texts: readonly string[] }
  | { readonly kind: 'atLeast' | 'atMost'; readonly path: string; readonly bound: number }

export interface MemoryFilter {
  /** Whether it lets everything pass. */
  readonly isEmpty: boolean
  matches(value: unknown): boolean
  readonly narrowings: readonly Narrowing[]
}

/** Tells what is wrong with a filter: its place, what it must be, what it is. */
export type Refuse = (place: string, expected: string, found: unknown) => Error

interface Condition {
  readonly holds: (field: unknown) => boolean
  readonly narrowing: (path: string) => Narrowing | undefined
}

const none: MemoryFilter = { isEmpty: true, matches: () => true, narrowings: [] }

/** @throws what `refuse` makes of an operator that does not exist, or of a list that is none. */
export function readFilter(
  filter: Readonly<Record<string, unknown>> | null | undefined,
  refuse: Refuse,
): MemoryFilter {
  if (filter === null || filter === undefined) return none
  const fields = Object.entries(filter).map(([name, wanted]) => ({
    name,
    conditions: readConditions(wanted, `filter.${name}`, refuse),
  }))
  return {
    isEmpty: fields.every(({ conditions }) => conditions.length === 0),
    matches: (value) =>
      fields.every(({ name, conditions }) => {
        const field = (value as Readonly<Record<string, unknown>> | undefined)?.[name]
        return conditions.every(({ holds }) => holds(field))
      }),
    narrowings: fields.flatMap(({ name, conditions }) =>
      isPlainField(name) ? conditions.flatMap(({ narrowing }) => narrowing(`$."${name}"`) ?? []) : [],
    ),
  }
}

/** A name that means the same in JavaScript and in a JSON path, and that only a field can have. */
function isPlainField(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !(name in Array.prototype) && !(name in String.prototype)
}

function readConditions(wanted: unknown, place: string, refuse: Refuse): Condition[] {
  if (!isPlainObject(wanted)) return [among([wanted], true)]
  const names = Object.keys(wanted)
  // An object without any operator is a value to compare with; the empty one asks for nothing.
  if (names.some((name) => !name.startsWith('$'))) return [among([wanted], true)]
  return names.map((name) => readOperator(name, wanted[name], `${place}.${name}`, refuse))
}

function readOperator(name: string, operand: unknown, place: string, refuse: Refuse): Condition {
  switch (name) {
    case '$eq':
      return among([operand], true)
    case '$ne':
      return among([operand], false)
    case '$in':
    case '$nin':
      if (!Array.isArray(operand)) throw refuse(place, 'an array of values', operand)
      return amongSame(operand, name === '$in')
    case '$gt':
      return compared(operand, 'atLeast', (field, bound) => field > bound)
    case '$gte':
      return compared(operand, 'atLeast', (field, bound) => field >= bound)
    case '$lt':
      return compared(operand, 'atMost', (field, bound) => field < bound)
    case '$lte':
      return compared(operand, 'atMost', (field, bound) => field <= bound)
    default:
      throw refuse(place, 'one of $eq, $ne, $gt, $gte, $lt, $lte, $in and $nin', operand)
  }
}

function among(wanted: readonly unknown[], isWanted: boolean): Condition {
  return {
    holds: (field) => wanted.some((value) => field === value || isEqualObject(field, value)) === isWanted,
    narrowing: (path) => (isWanted ? amongTexts(path, wanted) : notAmongTexts(path, wanted)),
  }
}

/** As `Array.includes` compares: NaN is in a list that holds it. */
function amongSame(wanted: readonly unknown[], isWanted: boolean): Condition {
  return {
    holds: (field) =>
      (wanted.includes(field) || wanted.some((value) => isEqualObject(field, value))) === isWanted,
    narrowing: (path) => (isWanted ? amongTexts(path, wanted) : notAmongTexts(path, wanted)),
  }
}

function compared(
  operand: unknown,
  kind: 'atLeast' | 'atMost',
  isOnSide: (field: number, bound: number) => boolean,
): Condition {
  const bound = Number(operand)
  return {
    holds: (field) => isOnSide(Number(field), bound),
    narrowing: (path) => {
      if (!Number.isFinite(bound)) return undefined
      // SQLite need not read the last digit of a number as JavaScript does.
      const slack = Math.abs(bound) * 1e-12
      return { kind, path, bound: kind === 'atLeast' ? bound - slack : bound + slack }
    },
  }
}

function amongTexts(path: string, wanted: readonly unknown[]): Narrowing | undefined {
  return wanted.every(hasOneText)
    ? { kind: 'among', path, texts: wanted.map((value) => JSON.stringify(value)) }
    : undefined
}

/** What has the text of one of the values is equal to it; other values may have no text. */
function notAmongTexts(path: string, unwanted: readonly unknown[]): Narrowing {
  const texts = unwanted.filter(hasOneText).map((value) => JSON.stringify(value))
  return { kind: 'notAmong', path, texts }
}

function hasOneText(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value)
}

function isEqualObject(left: unknown, right: unknown): boolean {
  return (
    typeof left === 'object' &&
    typeof right === 'object' &&
    left !== null &&
    right !== null &&
    isDeepStrictEqual(left, right)
  )
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
