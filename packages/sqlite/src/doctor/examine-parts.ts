// Follows rows of values to the rows that they are made of, whatever those refer to: they may be forged.

export interface ExaminedValue {
  readonly thread: number
  /** Why it cannot be read; `undefined` when it can. */
  problem: string | undefined
  /** Rows that it refers to. */
  readonly parts: readonly number[]
}

/** No writer nests parts deeper. */
const deepest = 200
/** Fewer values than this are never too many. */
const harmless = 1 << 20
/** How often a row may be part of one value, on average. */
const mostRepeated = 64

interface Visit {
  readonly row: number
  readonly value: ExaminedValue
  /** The next of its parts to look at. */
  next: number
}

interface Extent {
  readonly depth: number
  /** Values that it stands for. */
  readonly size: number
}

/** Notes the problem of each value whose parts cannot be read, or not be put together. */
export function examineParts(values: ReadonlyMap<number, ExaminedValue>): void {
  const extents = new Map<number, Extent>()
  for (const [row, value] of values) {
    // A stack of its own: rows may be nested deeper than calls.
    const open = new Set([row])
    const visits: Visit[] = [{ row, value, next: 0 }]
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const part = visit.value.parts[visit.next]
      if (part === undefined || visit.value.problem !== undefined || extents.has(visit.row)) {
        settle(visit, values, extents)
        open.delete(visit.row)
        visits.pop()
        continue
      }
      visit.next++
      const found = values.get(part)
      if (found === undefined) visit.value.problem = `row ${part} of value, a part of it, is missing`
      else if (found.thread !== visit.value.thread) {
        visit.value.problem = `row ${part} of value, a part of it, is of another thread`
      } else if (open.has(part)) visit.value.problem = `row ${part} of value is a part of itself`
      else if (!extents.has(part)) {
        open.add(part)
        visits.push({ row: part, value: found, next: 0 })
      }
    }
  }
}

/** All parts of it have been looked at, or one of them was enough. */
function settle(
  { row, value }: Visit,
  values: ReadonlyMap<number, ExaminedValue>,
  extents: Map<number, Extent>,
): void {
  if (extents.has(row)) return
  let [depth, size] = [0, 0]
  for (const part of value.parts) {
    value.problem ??= values.get(part)?.problem
    const extent = extents.get(part)
    depth = Math.max(depth, extent?.depth ?? 0)
    size += extent?.size ?? 1
  }
  extents.set(row, { depth: depth + 1, size: Math.max(size, 1) })
  if (depth >= deepest) value.problem ??= `row ${row} of value is nested deeper than anything that was stored`
  if (size > harmless && countRows(row, values) * mostRepeated < size) {
    value.problem ??= `row ${row} of value repeats its parts more often than anything that was stored`
  }
}

/** Rows that it is made of, each once. */
function countRows(row: number, values: ReadonlyMap<number, ExaminedValue>): number {
  const counted = new Set([row])
  for (const each of counted) for (const part of values.get(each)?.parts ?? []) counted.add(part)
  return counted.size
}
