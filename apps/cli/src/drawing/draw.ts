// Draws a graph with characters: rows of boxes from top to bottom, joined by lines. Pure: the same graph always
// gives the same lines.
//   D1. Each edge has its own ends, so lines never join: where two meet, they cross.
//   D2. An edge that closes a cycle runs upwards, into the bottom of its target.
import { Canvas } from './canvas.ts'
import { placeEnds, placeItems, type Ends, type Extent } from './columns.ts'
import { frameOf, type Frame } from './frame.ts'
import { isNamed, layOutRows, type Item, type Segment } from './layers.ts'
import { displayWidth } from './text-width.ts'
import { assignTracks } from './tracks.ts'

export interface DrawnNode {
  readonly id: string
  /** `end` is a round box, `subgraph` a double one. */
  readonly shape: 'end' | 'node' | 'subgraph'
  /** Lines within the box, under its name: a note, or the drawing of the graph inside. */
  readonly content?: readonly string[]
}

export interface DrawnEdge {
  readonly source: string
  readonly target: string
  /** Drawn with dashes. */
  readonly isConditional: boolean
  readonly label?: string
}

export interface DrawOptions {
  /** Only characters that any terminal and font has. */
  readonly isAscii?: boolean
}

/** The drawing, line by line, without trailing blanks. Edges to or from unknown nodes are left out. */
export function draw(
  nodes: readonly DrawnNode[],
  edges: readonly DrawnEdge[],
  options: DrawOptions = {},
): string[] {
  const isAscii = options.isAscii ?? false
  const ids = new Set(nodes.map((node) => node.id))
  const known = withoutDuplicates(edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)))
  const loops = new Map(
    known.filter((edge) => edge.source === edge.target).map((edge) => [edge.source, edge]),
  )
  const rows = layOutRows(
    [...ids],
    known.filter((edge) => edge.source !== edge.target),
  )
  const boxes = new Map<Item, Box>()
  const nodeOf = new Map(nodes.map((node) => [node.id, node]))
  for (const item of rows.flat()) {
    if (!item.isWaypoint) boxes.set(item, boxFor(nodeOf.get(item.id)!, item, loops.get(item.id)))
  }
  const middles = placeItems(rows, (item) => extentOf(item, boxes.get(item)))
  const ends = placeEnds(rows, middles, (item) => portReach(boxes.get(item)), labelRoom)
  const canvas = new Canvas(isAscii)
  let top = 0
  for (const [index, row] of rows.entries()) {
    const height = Math.max(...row.map((item) => boxes.get(item)?.height ?? 0))
    for (const item of row) {
      const box = boxes.get(item)
      if (box !== undefined) drawBox(canvas, box, middles.get(item)!, top, ends, isAscii)
      else {
        const { lower } = ends.get(item.above[0]!)!
        canvas.vertical(lower, top - 1, top + height, item.above[0]!.edge.isConditional)
      }
    }
    if (index < rows.length - 1) top = drawGap(canvas, row, boxes, ends, top, height, isAscii)
  }
  return canvas.lines()
}

interface Box {
  readonly node: DrawnNode
  readonly item: Item
  readonly loop: DrawnEdge | undefined
  /** Odd, so that the middle is a column. */
  readonly width: number
  readonly height: number
}

function boxFor(node: DrawnNode, item: Item, loop: DrawnEdge | undefined): Box {
  const content = node.content ?? []
  const textWidth = Math.max(...[node.id, ...content].map(displayWidth))
  const portsBelow = item.below.length * 2 + 1
  const portsAbove = item.above.slice(0, -1).reduce((sum, segment) => sum + 2 + labelRoom(segment), 3)
  const width = Math.max(textWidth + 4, portsBelow, portsAbove)
  const height = 3 + content.length + (loop !== undefined && content.length === 0 ? 1 : 0)
  return { node, item, loop, width: width + ((width + 1) % 2), height }
}

/** How far from the middle of an item its lines may start. A waypoint's line goes through its middle. */
function portReach(box: Box | undefined): number {
  return box === undefined ? 0 : (box.width - 3) / 2
}

function extentOf(item: Item, box: Box | undefined): Extent {
  const half = box === undefined ? 0 : (box.width - 1) / 2
  const loopRoom =
    box?.loop === undefined ? 0 : 2 + (box.loop.label === undefined ? 0 : displayWidth(box.loop.label) + 1)
  const last = item.above.at(-1)
  const label = last === undefined || labelRoom(last) === 0 ? 0 : labelRoom(last) + 1
  return { left: half, right: Math.max(half + loopRoom, label + (item.above.length > 1 ? half - 1 : 0)) }
}

/** Columns which the label beside a segment's lower end takes. */
function labelRoom(segment: Segment): number {
  return isNamed(segment) ? displayWidth(segment.edge.label ?? '') + 1 : 0
}

function drawBox(
  canvas: Canvas,
  box: Box,
  middle: number,
  top: number,
  ends: ReadonlyMap<Segment, Ends>,
  isAscii: boolean,
): void {
  const frame = frameOf(box.node.shape, isAscii)
  const left = middle - (box.width - 1) / 2
  const right = left + box.width - 1
  const bottom = top + box.height - 1
  canvas.text(left, top, frame.topLeft + frame.horizontal.repeat(box.width - 2) + frame.topRight)
  for (let row = top + 1; row < bottom; row++) {
    canvas.text(left, row, frame.vertical + ' '.repeat(box.width - 2) + frame.vertical)
  }
  canvas.text(left, bottom, frame.bottomLeft + frame.horizontal.repeat(box.width - 2) + frame.bottomRight)
  canvas.text(middle - Math.floor(displayWidth(box.node.id) / 2), top + 1, box.node.id)
  const content = box.node.content ?? []
  const contentWidth = Math.max(0, ...content.map(displayWidth))
  for (const [index, line] of content.entries()) {
    canvas.text(middle - Math.floor(contentWidth / 2), top + 2 + index, line)
  }
  for (const segment of box.item.below) {
    if (!segment.isReversed) canvas.text(ends.get(segment)!.upper, bottom, frame.portBelow)
  }
  for (const segment of box.item.above) {
    if (segment.isReversed) canvas.text(ends.get(segment)!.lower, top, frame.portAbove)
  }
  if (box.loop !== undefined) drawLoop(canvas, box.loop, right, top, frame, isAscii)
}

function drawLoop(
  canvas: Canvas,
  loop: DrawnEdge,
  right: number,
  top: number,
  frame: Frame,
  isAscii: boolean,
): void {
  canvas.text(right, top + 1, frame.portRight)
  canvas.horizontal(top + 1, right + 1, right + 2, loop.isConditional)
  canvas.vertical(right + 2, top + 1, top + 2, loop.isConditional)
  canvas.horizontal(top + 2, right + 2, right + 1, loop.isConditional)
  canvas.text(right + 1, top + 2, isAscii ? '<' : '◄')
  if (loop.label !== undefined) canvas.text(right + 4, top + 1, loop.label)
}

/** Draws what joins a row to the next one. Returns the line in which the next row starts. */
function drawGap(
  canvas: Canvas,
  row: readonly Item[],
  boxes: ReadonlyMap<Item, Box>,
  ends: ReadonlyMap<Segment, Ends>,
  top: number,
  height: number,
  isAscii: boolean,
): number {
  const segments = row.flatMap((item) => item.below)
  const courses = segments.map((segment) => ends.get(segment)!)
  const bends = assignTracks(courses)
  const trackCount = Math.max(0, ...bends.flat().map(({ track }) => track + 1))
  const endsUpwards = segments.some(({ isReversed, upper }) => isReversed && !upper.isWaypoint)
  const firstTrack = top + height + (trackCount === 0 || endsUpwards ? 1 : 0)
  const nextTop = firstTrack + trackCount + 1
  for (const [index, segment] of segments.entries()) {
    const { edge, isReversed, upper, lower } = segment
    const course = courses[index]!
    const start = top + (boxes.get(upper)?.height ?? height)
    let place = { column: course.upper, row: start - 1 }
    for (const { track, column } of bends[index]!) {
      const line = firstTrack + track
      canvas.vertical(place.column, place.row, line, edge.isConditional)
      canvas.horizontal(line, place.column, column, edge.isConditional)
      place = { column, row: line }
    }
    canvas.vertical(place.column, place.row, nextTop - 1, edge.isConditional)
    if (isReversed && !upper.isWaypoint) canvas.text(course.upper, start, isAscii ? '^' : '▲')
    if (!isReversed && !lower.isWaypoint) canvas.text(course.lower, nextTop - 1, isAscii ? 'v' : '▼')
    if (labelRoom(segment) > 0) canvas.text(course.lower + 2, nextTop - 1, edge.label!)
  }
  return nextTop
}

/** Edges between the same two nodes are drawn as one line with all their labels. */
function withoutDuplicates(edges: readonly DrawnEdge[]): DrawnEdge[] {
  const merged = new Map<string, DrawnEdge>()
  for (const edge of edges) {
    const key = JSON.stringify([edge.source, edge.target])
    const present = merged.get(key)
    if (present === undefined) merged.set(key, edge)
    else {
      const labels = [present.label, edge.label].filter((label) => label !== undefined)
      const isConditional = present.isConditional && edge.isConditional
      merged.set(key, {
        source: edge.source,
        target: edge.target,
        isConditional,
        ...(labels.length > 0 && { label: labels.join(', ') }),
      })
    }
  }
  return [...merged.values()]
}
