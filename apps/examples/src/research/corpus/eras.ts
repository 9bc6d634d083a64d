/** A span of years that the searches, the grading and the report are arranged by. Both years belong to it. */
export interface Era {
  /** Such as `1861-1877`. */
  readonly id: string
  readonly from: number
  readonly to: number
  readonly name: string
}

/** The eras of the addresses, oldest first, without gaps. */
export const eras: readonly [Era, ...Era[]] = [
  era(1790, 1828, 'The early republic'),
  era(1829, 1860, 'Expansion and division'),
  era(1861, 1877, 'Civil War and Reconstruction'),
  era(1878, 1900, 'The Gilded Age'),
  era(1901, 1920, 'Progressives and the Great War'),
  era(1921, 1945, 'Boom, Depression, World War'),
  era(1946, 1980, 'The Cold War'),
  era(1981, 2021, 'From Reagan to Biden'),
]

/** The era with this id; a `RangeError` names the known ones when there is none. */
export function eraOf(id: string): Era {
  const found = eras.find((candidate) => candidate.id === id)
  if (found) return found
  throw new RangeError(`There is no era "${id}". The eras are ${eras.map((known) => known.id).join(', ')}.`)
}

/** The era a year belongs to; for years outside all eras the nearest one. */
export function eraOfYear(year: number): Era {
  return eras.findLast(({ from }) => from <= year) ?? eras[0]
}

/** The years of an era as they are printed: `1861–1877`. */
export function yearsOf({ from, to }: Era): string {
  return `${from}–${to}`
}

function era(from: number, to: number, name: string): Era {
  return { id: `${from}-${to}`, from, to, name }
}
