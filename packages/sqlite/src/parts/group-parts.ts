// How the parts of a sequence are grouped into chunks, so that the next version of a sequence writes few of them
// anew: a persistent tree, after the B-tree, whose last chunk of each height is not made before it is full.
//   G1. What is appended to n parts costs a node of less than `most` items for each of log(n) heights.
//   G2. A chunk of the version before that holds the same parts is taken over as it is.
import { Chunk, countOf, heightOf, type Item, type Part } from './part.ts'

/** Items of a full chunk. */
const most = 16

/**
 * @param before the items of the version before
 * @param origins for each part, its index in the version before, or -1
 */
export function groupParts(
  parts: readonly Part[],
  before: readonly Item[] = [],
  origins: readonly number[] = [],
): readonly Item[] {
  const items: Item[] = []
  let at = 0
  while (at < parts.length) {
    const origin = origins[at] ?? -1
    let end = at + 1
    if (origin === -1) items.push(parts[at]!)
    else {
      while (end < parts.length && origins[end] === origin + (end - at)) end++
      takeOver(before, 0, origin, origin + (end - at), items)
    }
    at = end
  }
  return grouped(items)
}

/** The items that hold the parts from `start` to `end`, the largest that hold no others. */
function takeOver(items: readonly Item[], offset: number, start: number, end: number, taken: Item[]): void {
  let from = offset
  for (const item of items) {
    if (from >= end) return
    const to = from + countOf(item)
    if (from >= start && to <= end) taken.push(item)
    else if (to > start && item instanceof Chunk) takeOver(item.items, from, start, end, taken)
    from = to
  }
}

function grouped(items: readonly Item[]): readonly Item[] {
  let result = items
  for (let height = 0; result.length > most; height++) {
    const next = groupedAt(height, result)
    if (next.length === result.length && result.every((item) => heightOf(item) <= height)) return next
    result = next
  }
  return result
}

/** Groups items of this height: those between higher ones all, those at the end when they fill a chunk. */
function groupedAt(height: number, items: readonly Item[]): readonly Item[] {
  const result: Item[] = []
  for (let at = 0; at < items.length;) {
    const item = items[at]!
    if (heightOf(item) !== height) {
      result.push(item)
      at++
      continue
    }
    let end = at + 1
    while (end < items.length && heightOf(items[end]!) === height) end++
    const next = items[end]
    const run = items.slice(at, end)
    if (next !== undefined && heightOf(next) > height) {
      // A few that stand alone join those before them, if there is room.
      const last = result.at(-1)
      if (last instanceof Chunk && last.height === height + 1 && last.items.length + run.length <= most) {
        result[result.length - 1] = new Chunk([...last.items, ...run])
      } else if (
        next instanceof Chunk &&
        next.height === height + 1 &&
        next.items.length + run.length <= most
      ) {
        result.push(new Chunk([...run, ...next.items]))
        end++
      } else result.push(...evenChunks(run))
    } else {
      const full = run.length - (run.length % most)
      for (let start = 0; start < full; start += most) result.push(new Chunk(run.slice(start, start + most)))
      result.push(...run.slice(full))
    }
    at = end
  }
  return result
}

function evenChunks(run: readonly Item[]): Chunk[] {
  const count = Math.ceil(run.length / most)
  return Array.from(
    { length: count },
    (_, index) =>
      new Chunk(
        run.slice(Math.floor((index * run.length) / count), Math.floor(((index + 1) * run.length) / count)),
      ),
  )
}
