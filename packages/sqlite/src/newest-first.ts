import type { Line } from '@cairn/engine'
import { compareCodePoints } from '@cairn/engine'

/** A checkpoint of a line. */
export interface CheckpointPlace {
  readonly line: Line
  readonly id: string
}

/**
 * The checkpoints of all these lines, the one with the greatest id first. `page` gives the next ids of a line,
 * greatest first: those before an id, or the first ones. Only a page of each line is in memory at a time.
 */
export function* newestFirst(
  lines: readonly Line[],
  before: string | undefined,
  page: (line: Line, before: string | undefined) => readonly string[],
): Generator<CheckpointPlace, void, undefined> {
  const cursors = lines
    .map((line) => ({ line, ids: page(line, before), at: 0 }))
    .filter(({ ids }) => ids.length > 0)
    .toSorted((left, right) => compareCodePoints(left.ids[0]!, right.ids[0]!))
  for (let newest = cursors.pop(); newest !== undefined; newest = cursors.pop()) {
    const id = newest.ids[newest.at++]!
    yield { line: newest.line, id }
    if (newest.at === newest.ids.length) {
      newest.ids = page(newest.line, id)
      newest.at = 0
    }
    const next = newest.ids[newest.at]
    if (next !== undefined) cursors.splice(placeOf(next, cursors), 0, newest)
  }
}

/** Where in the sorted cursors one that stands at this id belongs. */
function placeOf(
  id: string,
  cursors: readonly { readonly ids: readonly string[]; readonly at: number }[],
): number {
  let low = 0
  let high = cursors.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const { ids, at } = cursors[middle]!
    if (compareCodePoints(ids[at]!, id) < 0) low = middle + 1
    else high = middle
  }
  return low
}
