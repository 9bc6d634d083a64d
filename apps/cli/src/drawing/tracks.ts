// Third step of a drawing: in which lines between two rows the segments run sideways. Pure.
//   T1. What lies in the same column is never on the same line: a course that leaves where another one arrives
//       runs above it.
//   T2. Where courses would each have to run above the other, one of them makes a detour through a free column.

/** Where a segment leaves the upper row and where it reaches the lower one. */
export interface Course {
  readonly upper: number
  readonly lower: number
}

/** A run sideways: in which track, counted from the top, and to which column. */
export interface Bend {
  readonly track: number
  readonly column: number
}

/** The bends of each course from top to bottom; none where it goes straight down. Few of them cross. */
export function assignTracks(courses: readonly Course[]): Bend[][] {
  const bends = courses.map((): Bend[] => [])
  const placed: { readonly piece: Piece; readonly track: number }[] = []
  for (const piece of inOrder(courses)) {
    const above = placed.filter((other) => interfere(other.piece, piece) || mustBeAbove(other.piece, piece))
    const track = Math.max(-1, ...above.map((other) => other.track)) + 1
    placed.push({ piece, track })
    bends[piece.course]!.push({ track, column: piece.lower })
  }
  return bends
}

/** A part of a course that runs sideways once. */
interface Piece extends Course {
  readonly course: number
  /** Counts the pieces of a course from the top. */
  readonly part: number
}

/** The pieces of all courses, each after those that have to run above it. */
function inOrder(courses: readonly Course[]): Piece[] {
  const pieces = courses
    .map((course, index): Piece => ({ ...course, course: index, part: 0 }))
    .filter(({ upper, lower }) => upper !== lower)
  const taken = new Set(courses.flatMap(({ upper, lower }) => [upper, lower]))
  const ordered: Piece[] = []
  while (pieces.length > 0) {
    const free = pieces.filter((piece) => !pieces.some((other) => mustBeAbove(other, piece)))
    if (free.length === 0) splitFirst(pieces, taken)
    else {
      const next = topmost(free, pieces)
      pieces.splice(pieces.indexOf(next), 1)
      ordered.push(next)
    }
  }
  return ordered
}

/** Makes a detour of a course that still holds another one up. */
function splitFirst(pieces: Piece[], taken: Set<number>): void {
  const index = pieces.findIndex(
    (piece) =>
      piece.part === 0 && pieces.some((other) => other.course !== piece.course && mustBeAbove(piece, other)),
  )
  const piece = pieces[index]!
  const via = freeColumn(Math.round((piece.upper + piece.lower) / 2), taken)
  taken.add(via)
  pieces.splice(index, 1, { ...piece, lower: via }, { ...piece, upper: via, part: piece.part + 1 })
}

function freeColumn(wish: number, taken: ReadonlySet<number>): number {
  for (let distance = 0; ; distance++) {
    if (!taken.has(wish + distance)) return wish + distance
    if (wish >= distance && !taken.has(wish - distance)) return wish - distance
  }
}

function topmost(candidates: readonly Piece[], pieces: readonly Piece[]): Piece {
  let best = candidates[0]!
  let lowestCost = Infinity
  for (const piece of candidates) {
    let cost = 0
    for (const other of pieces) {
      if (other !== piece && interfere(piece, other)) {
        cost += crossingsBelow(piece, other) - crossingsBelow(other, piece)
      }
    }
    if (cost < lowestCost) {
      lowestCost = cost
      best = piece
    }
  }
  return best
}

function mustBeAbove(one: Piece, other: Piece): boolean {
  return one.course === other.course ? one.part < other.part : one.upper === other.lower
}

function interfere(one: Course, other: Course): boolean {
  return span(one).from <= span(other).to + 1 && span(other).from <= span(one).to + 1
}

/** Crossings when `one` runs above `other`. */
function crossingsBelow(one: Course, other: Course): number {
  return Number(isWithin(one, other.upper)) + Number(isWithin(other, one.lower))
}

function isWithin(course: Course, column: number): boolean {
  return span(course).from < column && column < span(course).to
}

function span({ upper, lower }: Course): { from: number; to: number } {
  return { from: Math.min(upper, lower), to: Math.max(upper, lower) }
}
