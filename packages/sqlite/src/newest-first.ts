import type { Line } from '@cairn/engine'
import { compareCodePoints } from '@cairn/engine'

/**
 * The checkpoints of all these lines, the one with the greatest id first. `page` gives the next ones of a line,
 * greatest id first: those before an id, or the first ones. Only a page of each line is in memory at a time.
 */
export function* newestFirst<Listed extends { readonly id: string }>(
  lines: readonly Line[],
  before: string | undefined,
  page: (line: Line, before: string | undefined) => readonly Listed[],
): Generator<Listed, void, undefined> {
  const cursors = lines
    .map((line) => ({ line, listed: page(line, before), at: 0 }))
    .filter(({ listed }) => listed.length > 0)
    .toSorted((left, right) => compareCodePoints(left.listed[0]!.id, right.listed[0]!.id))
  for (let newest = cursors.pop(); newest !== undefined; newest = cursors.pop()) {
    const { id } = newest.listed[newest.at]!
    yield newest.listed[newest.at++]!
    if (newest.at === newest.listed.length) {
      newest.listed = page(newest.line, id)
      newest.at = 0
    }
    const next = newest.listed[newest.at]
    if (next !== undefined) cursors.splice(placeOf(next.id, cursors), 0, newest)
  }
}

/** Where in the sorted cursors one that stands at this id belongs. */
function placeOf(
  id: string,
  cursors: readonly { readonly listed: readonly { readonly id: string }[]; readonly at: number }[],
): number {
  let low = 0
  let high = cursors.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const { listed, at } = cursors[middle]!
    if (compareCodePoints(listed[at]!.id, id) < 0) low = middle + 1
    else high = middle
  }
  return low
}
