// First step of a drawing: which row each node stands in, and in which order within it. Pure.
//   L1. Every edge points down. One that closes a cycle is turned round; it keeps `isReversed`.
//   L2. Every segment joins neighbouring rows: where an edge passes a row, it has a waypoint there.
//   L3. The segments at each side of an item are in the order of their other ends, from left to right.
import type { DrawnEdge } from './draw.ts'

/** What stands in a row: a node, or a waypoint where a longer edge passes. */
export interface Item {
  readonly id: string
  readonly isWaypoint: boolean
  readonly row: number
  readonly above: Segment[]
  readonly below: Segment[]
}

/** The piece of an edge between two neighbouring rows. */
export interface Segment {
  readonly edge: DrawnEdge
  readonly isReversed: boolean
  readonly upper: Item
  readonly lower: Item
}

/** @param edges none from a node to itself, and at most one from any node to any other. */
export function layOutRows(ids: readonly string[], edges: readonly DrawnEdge[]): Item[][] {
  const reversed = edgesThatCloseACycle(ids, edges)
  const downward = edges.map((edge) =>
    reversed.has(edge) ? { from: edge.target, to: edge.source } : { from: edge.source, to: edge.target },
  )
  const rowOf = longestPaths(ids, downward)
  const rows: Item[][] = []
  const addItem = (id: string, row: number, isWaypoint: boolean): Item => {
    const item: Item = { id, row, isWaypoint, above: [], below: [] }
    ;(rows[row] ??= []).push(item)
    return item
  }
  const items = new Map(ids.map((id) => [id, addItem(id, rowOf.get(id)!, false)]))
  for (const [index, edge] of edges.entries()) {
    const { from, to } = downward[index]!
    let upper = items.get(from)!
    const last = items.get(to)!
    while (upper !== last) {
      const isLast = upper.row + 1 === last.row
      const lower = isLast ? last : addItem(`${index}:${upper.row + 1}`, upper.row + 1, true)
      const segment = { edge, isReversed: reversed.has(edge), upper, lower }
      upper.below.push(segment)
      lower.above.push(segment)
      upper = lower
    }
  }
  const ordered = untangle(rows)
  sortSegments(ordered)
  return ordered
}

/** Of two segments between the same items, the one with a label beside it comes last: it has room to the right. */
function sortSegments(rows: readonly (readonly Item[])[]): void {
  const placeOf = new Map(rows.flatMap((row) => row.map((item, place) => [item, place] as const)))
  for (const item of placeOf.keys()) {
    item.below.sort((a, b) => placeOf.get(a.lower)! - placeOf.get(b.lower)! || compareTwins(a, b))
    item.above.sort((a, b) => placeOf.get(a.upper)! - placeOf.get(b.upper)! || compareTwins(a, b))
  }
}

function compareTwins(one: Segment, other: Segment): number {
  return Number(isNamed(one)) - Number(isNamed(other)) || Number(one.isReversed) - Number(other.isReversed)
}

/** Whether the edge's label stands beside this segment: the one at the edge's source. */
export function isNamed({ edge, isReversed, upper, lower }: Segment): boolean {
  return edge.label !== undefined && (isReversed ? lower.id : upper.id) === edge.source
}

/** Depth first, in the order of declaration, so that the edge which leads back to the earlier node is the one. */
function edgesThatCloseACycle(ids: readonly string[], edges: readonly DrawnEdge[]): Set<DrawnEdge> {
  const found = new Set<DrawnEdge>()
  const outgoing = groupBy(edges, (edge) => edge.source)
  const hasIncoming = new Set(edges.map((edge) => edge.target))
  const state = new Map<string, 'open' | 'closed'>()
  const visit = (id: string): void => {
    state.set(id, 'open')
    for (const edge of outgoing.get(id) ?? []) {
      if (state.get(edge.target) === 'open') found.add(edge)
      else if (!state.has(edge.target)) visit(edge.target)
    }
    state.set(id, 'closed')
  }
  for (const id of ids) if (!hasIncoming.has(id)) visit(id)
  for (const id of ids) if (!state.has(id)) visit(id)
  return found
}

function longestPaths(
  ids: readonly string[],
  edges: readonly { readonly from: string; readonly to: string }[],
): Map<string, number> {
  const incoming = groupBy(edges, (edge) => edge.to)
  const rowOf = new Map<string, number>()
  const row = (id: string): number => {
    let known = rowOf.get(id)
    if (known === undefined) {
      known = Math.max(0, ...(incoming.get(id) ?? []).map((edge) => row(edge.from) + 1))
      rowOf.set(id, known)
    }
    return known
  }
  for (const id of ids) row(id)
  return rowOf
}

/** Orders each row by where its neighbours stand, up and down, and keeps the order with the fewest crossings. */
function untangle(rows: Item[][]): Item[][] {
  let best = rows.map((row) => [...row])
  let fewest = crossings(best)
  const current = rows.map((row) => [...row])
  for (let sweep = 0; sweep < 12 && fewest > 0; sweep++) {
    const isDownward = sweep % 2 === 0
    const order = isDownward ? current.keys() : [...current.keys()].toReversed()
    for (const index of order) {
      const neighbourRow = current[isDownward ? index - 1 : index + 1]
      if (neighbourRow === undefined) continue
      const placeOf = new Map(neighbourRow.map((item, place) => [item, place]))
      const wish = new Map(
        current[index]!.map((item, place) => {
          const neighbours = isDownward
            ? item.above.map((segment) => segment.upper)
            : item.below.map((segment) => segment.lower)
          return [
            item,
            neighbours.length === 0 ? place : mean(neighbours.map((neighbour) => placeOf.get(neighbour)!)),
          ]
        }),
      )
      current[index]!.sort((left, right) => wish.get(left)! - wish.get(right)!)
    }
    const now = crossings(current)
    if (now < fewest) {
      fewest = now
      best = current.map((row) => [...row])
    }
  }
  return best
}

function crossings(rows: readonly (readonly Item[])[]): number {
  let count = 0
  for (const [index, row] of rows.entries()) {
    const placeBelow = new Map(rows[index + 1]?.map((item, place) => [item, place]))
    const ends = row.map((item) => item.below.map((segment) => placeBelow.get(segment.lower)!))
    for (const [left, leftEnds] of ends.entries()) {
      for (const rightEnds of ends.slice(left + 1)) {
        for (const a of leftEnds) for (const b of rightEnds) if (a > b) count++
      }
    }
  }
  return count
}

function groupBy<Value>(values: readonly Value[], keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group === undefined) groups.set(keyOf(value), [value])
    else group.push(value)
  }
  return groups
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
