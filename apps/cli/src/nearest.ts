/** The names that are spelled most like `wanted`: at most three, nearest first; none when all are far. */
export function nearestNames(wanted: string, names: readonly string[]): string[] {
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  const lowerWanted = wanted.toLowerCase()
  return names
    .map((name) => ({ name, distance: distanceFrom(lowerWanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((left, right) => left.distance - right.distance || compareText(left.name, right.name))
    .slice(0, 3)
    .map(({ name }) => name)
}

/** A name that goes on where the wanted one ends is near, however long it is. */
function distanceFrom(wanted: string, name: string): number {
  if (wanted.length >= 2 && name.startsWith(wanted)) return 1
  return editDistance(wanted, name)
}

/** Letters to insert, delete or replace (Levenshtein). */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const replaced = previous[column - 1]! + (left[row - 1] === right[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1))
    }
    previous = current
  }
  return previous.at(-1)!
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
