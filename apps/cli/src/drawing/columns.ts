// Second step of a drawing: the column of each item, then of each end of each segment. Pure.
//   C1. Items of a row keep their order and never touch, labels included.
//   C2. No two segments share a column at the same side of an item.
import type { Item, Segment } from './layers.ts'

/** How much room an item needs to the left and right of its middle column. */
export interface Extent {
  readonly left: number
  readonly right: number
}

/** Blank columns between neighbours of a row. */
const GAP = 3

/** The middle column of each item; the leftmost extent starts at column 0. */
export function placeItems(rows: readonly Item[][], extentOf: (item: Item) => Extent): Map<Item, number> {
  const middles = new Map<Item, number>()
  const offsets = rows.map((row) => {
    let sum = 0
    return row.map((item, place) => {
      const previous = row[place - 1]
      if (previous !== undefined) sum += extentOf(previous).right + GAP + extentOf(item).left + 1
      return sum
    })
  })
  for (const [index, row] of rows.entries()) {
    for (const [place, item] of row.entries()) middles.set(item, offsets[index]![place]!)
  }
  const settle = (index: number, neighboursOf: (item: Item) => readonly Neighbour[]): void => {
    const row = rows[index]!
    const wishes = row.map((item, place) => {
      const neighbours = neighboursOf(item)
      const weight = neighbours.reduce((sum, neighbour) => sum + neighbour.weight, 0)
      const columns = neighbours.flatMap((other) =>
        Array.from({ length: other.weight }, () => middles.get(other.item)!),
      )
      const column = weight === 0 ? middles.get(item)! : median(columns)
      return { column: column - offsets[index]![place]!, weight: weight === 0 ? 0.01 : weight }
    })
    for (const [place, column] of ascending(wishes).entries()) {
      middles.set(row[place]!, column + offsets[index]![place]!)
    }
  }
  const down = [...rows.keys()]
  for (let sweep = 0; sweep < 16; sweep++) {
    for (const index of down) settle(index, neighboursAbove)
    for (const index of down.toReversed()) settle(index, neighboursBelow)
  }
  for (let sweep = 0; sweep < 8; sweep++) {
    for (const index of down) settle(index, (item) => [...neighboursAbove(item), ...neighboursBelow(item)])
  }
  for (const index of down.toReversed()) settle(index, neighboursBelow)
  return toWholeColumns(rows, middles, offsets, extentOf)
}

interface Neighbour {
  readonly item: Item
  readonly weight: number
}

function neighboursAbove(item: Item): Neighbour[] {
  return item.above.map(({ upper }) => ({ item: upper, weight: stiffness(upper, item) }))
}

function neighboursBelow(item: Item): Neighbour[] {
  return item.below.map(({ lower }) => ({ item: lower, weight: stiffness(item, lower) }))
}

/** Chains and long edges want to be straight, more than other boxes want to stand above each other. */
function stiffness(upper: Item, lower: Item): number {
  if (upper.below.length === 1 && lower.above.length === 1) return 8
  return upper.isWaypoint || lower.isWaypoint ? 2 : 1
}

/** Against a mean, it lets a box stand exactly above the middle one of three. */
function median(columns: readonly number[]): number {
  const sorted = columns.toSorted((left, right) => left - right)
  const half = (sorted.length - 1) / 2
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2
}

/** The non-decreasing columns nearest to the wished ones by weighted squares (pool adjacent violators). */
function ascending(wishes: readonly { readonly column: number; readonly weight: number }[]): number[] {
  const pools: { column: number; weight: number; count: number }[] = []
  for (const wish of wishes) {
    let pool = { ...wish, count: 1 }
    for (let last = pools.at(-1); last !== undefined && last.column > pool.column; last = pools.at(-1)) {
      pools.pop()
      const weight = last.weight + pool.weight
      const column = (last.column * last.weight + pool.column * pool.weight) / weight
      pool = { column, weight, count: last.count + pool.count }
    }
    pools.push(pool)
  }
  return pools.flatMap(({ column, count }) => Array.from({ length: count }, () => column))
}

function toWholeColumns(
  rows: readonly Item[][],
  middles: ReadonlyMap<Item, number>,
  offsets: readonly (readonly number[])[],
  extentOf: (item: Item) => Extent,
): Map<Item, number> {
  let leftmost = Infinity
  for (const [item, middle] of middles) leftmost = Math.min(leftmost, middle - extentOf(item).left)
  const whole = new Map<Item, number>()
  for (const [index, row] of rows.entries()) {
    let free = -Infinity
    for (const [place, item] of row.entries()) {
      free += offsets[index]![place]! - (offsets[index]![place - 1] ?? 0)
      const column = Math.max(Math.round(middles.get(item)! - leftmost), free)
      whole.set(item, column)
      free = column
    }
  }
  straighten(rows, whole, extentOf)
  return whole
}

/** Gives the waypoints of an edge one column, where the items beside them leave one free. */
function straighten(
  rows: readonly Item[][],
  middles: Map<Item, number>,
  extentOf: (item: Item) => Extent,
): void {
  const placeOf = new Map(rows.flatMap((row) => row.map((item, place) => [item, place] as const)))
  const room = (item: Item): { from: number; to: number } => {
    const row = rows[item.row]!
    const left = row[placeOf.get(item)! - 1]
    const right = row[placeOf.get(item)! + 1]
    const { left: needsLeft, right: needsRight } = extentOf(item)
    return {
      from: left === undefined ? needsLeft : middles.get(left)! + extentOf(left).right + GAP + needsLeft + 1,
      to: right === undefined ? Infinity : middles.get(right)! - extentOf(right).left - GAP - needsRight - 1,
    }
  }
  for (const first of placeOf.keys()) {
    if (!first.isWaypoint || first.above[0]!.upper.isWaypoint) continue
    const chain = [first]
    for (let next = first.below[0]!.lower; next.isWaypoint; next = next.below[0]!.lower) chain.push(next)
    const from = Math.max(...chain.map((item) => room(item).from))
    const to = Math.min(...chain.map((item) => room(item).to))
    if (from > to) continue
    const wish = median(chain.map((item) => middles.get(item)!))
    for (const item of chain) middles.set(item, Math.round(Math.max(from, Math.min(to, wish))))
  }
}

/** The columns of a segment's two ends. */
export interface Ends {
  upper: number
  lower: number
}

/** Needs the middles, how far ports may be from them, and how much room a segment's label takes at its lower end. */
export function placeEnds(
  rows: readonly Item[][],
  middles: ReadonlyMap<Item, number>,
  portReach: (item: Item) => number,
  labelRoom: (segment: Segment) => number,
): Map<Segment, Ends> {
  const ends = new Map<Segment, Ends>()
  for (const item of rows.flat()) {
    const middle = middles.get(item)!
    const wishes = item.below.map((segment) => middles.get(segment.lower)!)
    for (const [place, column] of spread(wishes, middle, portReach(item), () => 2).entries()) {
      ends.set(item.below[place]!, { upper: column, lower: 0 })
    }
  }
  for (const item of rows.flat()) {
    const middle = middles.get(item)!
    const wishes = item.above.map((segment) => ends.get(segment)!.upper)
    const room = (place: number): number => 2 + labelRoom(item.above[place]!)
    for (const [place, column] of spread(wishes, middle, portReach(item), room).entries()) {
      ends.get(item.above[place]!)!.lower = column
    }
  }
  return ends
}

/** Ports at one side: straight on where the other end is within reach, else near the middle; `room` to the next. */
function spread(
  wishes: readonly number[],
  middle: number,
  reach: number,
  room: (place: number) => number,
): number[] {
  const offsets: number[] = []
  let sum = 0
  for (const place of wishes.keys()) {
    offsets.push(sum)
    sum += room(place)
  }
  const width = offsets.at(-1) ?? 0
  const columns = ascending(
    wishes.map((wish, place) => {
      const isWithinReach = Math.abs(wish - middle) <= reach
      const column = isWithinReach ? wish : middle
      return { column: column - offsets[place]!, weight: isWithinReach ? 10 : 1 }
    }),
  )
  const first = middle - reach
  const last = middle + reach - width
  return columns.map(
    (column, place) => Math.round(Math.max(first, Math.min(Math.max(first, last), column))) + offsets[place]!,
  )
}
