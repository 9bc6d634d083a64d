import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { draw, type DrawnEdge, type DrawnNode } from '../src/drawing/draw.ts'

/** `a -> b`, `a --> b` for a conditional edge, `a --> b: label`; nodes in the order in which they are named. */
function drawing(text: string, options?: { isAscii?: boolean; nodes?: readonly DrawnNode[] }): string {
  const edges = text
    .trim()
    .split('\n')
    .map((line): DrawnEdge => {
      const [, source, arrow, target, label] = /^\s*(\S+) (-+>) ([^\s:]+)(?:: (.*))?$/.exec(line)!
      return {
        source: source!,
        target: target!,
        isConditional: arrow === '-->',
        ...(label !== undefined && { label }),
      }
    })
  const given = new Map(options?.nodes?.map((node) => [node.id, node]))
  const ids = new Set(edges.flatMap(({ source, target }) => [source, target]))
  const nodes = [...ids].map(
    (id): DrawnNode => given.get(id) ?? { id, shape: /^__(start|end)__$/.test(id) ? 'end' : 'node' },
  )
  return `\n${draw(nodes, edges, options).join('\n')}\n`
}

test('a chain is drawn straight down', () => {
  expect(
    drawing(`
      __start__ -> plan
      plan -> write
      write -> __end__`),
  ).toMatchInlineSnapshot(`
    "
    ╭───────────╮
    │ __start__ │
    ╰─────┬─────╯
          │
          ▼
      ┌───────┐
      │ plan  │
      └───┬───┘
          │
          ▼
      ┌───────┐
      │ write │
      └───┬───┘
          │
          ▼
     ╭─────────╮
     │ __end__ │
     ╰─────────╯
    "
  `)
})

test('branches have dashed lines and their labels', () => {
  expect(
    drawing(`
      __start__ -> route
      route --> cheap: small question
      route --> careful: big question
      cheap -> answer
      careful -> answer
      answer -> __end__`),
  ).toMatchInlineSnapshot(`
    "
               ╭───────────╮
               │ __start__ │
               ╰─────┬─────╯
                     │
                     ▼
                 ┌───────┐
                 │ route │
                 └──┬─┬──┘
        ┌┄┄┄┄┄┄┄┄┄┄┄┘ └┄┄┄┄┄┄┄┄┄┄┐
        ▼ small question         ▼ big question
    ┌───────┐               ┌─────────┐
    │ cheap │               │ careful │
    └───┬───┘               └────┬────┘
        └───────────┐ ┌──────────┘
                    ▼ ▼
                ┌─────────┐
                │ answer  │
                └────┬────┘
                     │
                     ▼
                ╭─────────╮
                │ __end__ │
                ╰─────────╯
    "
  `)
})

test('an edge that passes a row goes around the boxes in it', () => {
  expect(
    drawing(`
      __start__ -> route
      route --> work
      route --> __end__
      work -> check
      check -> __end__`),
  ).toMatchInlineSnapshot(`
    "
          ╭───────────╮
          │ __start__ │
          ╰─────┬─────╯
                │
                ▼
            ┌───────┐
            │ route │
            └─┬─┬───┘
        ┌┄┄┄┄┄┘ ┆
        ▼       ┆
    ┌───────┐   ┆
    │ work  │   ┆
    └───┬───┘   ┆
        │       ┆
        ▼       ┆
    ┌───────┐   ┆
    │ check │   ┆
    └───┬───┘   ┆
        └────┐  ┆
             ▼  ▼
        ╭─────────╮
        │ __end__ │
        ╰─────────╯
    "
  `)
})

test('a loop runs upwards into the bottom of its target', () => {
  expect(
    drawing(`
      __start__ -> agent
      agent --> tools: continue
      agent --> __end__: end
      tools -> agent`),
  ).toMatchInlineSnapshot(`
    "
    ╭───────────╮
    │ __start__ │
    ╰─────┬─────╯
          │
          ▼
      ┌───────┐
      │ agent │
      └────┬─┬┘
         ▲ ┆ ┆
         │ ┆ └┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
         │ ▼ continue           ▼ end
      ┌──┴────┐            ╭─────────╮
      │ tools │            │ __end__ │
      └───────┘            ╰─────────╯
    "
  `)
})

test('a long loop passes the boxes between its ends', () => {
  expect(
    drawing(`
      __start__ -> draft
      draft -> check
      check -> grade
      grade --> draft: revise
      grade --> __end__: accept`),
  ).toMatchInlineSnapshot(`
    "
          ╭───────────╮
          │ __start__ │
          ╰─────┬─────╯
                │
                ▼
            ┌───────┐
            │ draft │
            └─┬─────┘
              │ ▲
        ┌─────┘ ┆
        ▼       ┆
    ┌───────┐   ┆
    │ check │   ┆
    └───┬───┘   ┆
        └────┐  ┆
             ▼  ┆ revise
         ┌──────┴┐
         │ grade │
         └───┬───┘
             ┆
             ▼ accept
        ╭─────────╮
        │ __end__ │
        ╰─────────╯
    "
  `)
})

test('a node that leads to itself has the arrow at its side', () => {
  expect(
    drawing(`
      __start__ -> wait
      wait --> wait: not yet
      wait --> __end__`),
  ).toMatchInlineSnapshot(`
    "
    ╭───────────╮
    │ __start__ │
    ╰─────┬─────╯
          │
          ▼
      ┌───────┐
      │ wait  ├┄┐ not yet
      │       │◄┘
      └───┬───┘
          ┆
          ▼
     ╭─────────╮
     │ __end__ │
     ╰─────────╯
    "
  `)
})

test('the lines of a fan-out end at one box each and meet again at the join', () => {
  expect(
    drawing(`
      __start__ -> plan
      plan -> search
      plan -> read
      plan -> ask
      search -> join
      read -> join
      ask -> join
      join -> __end__`),
  ).toMatchInlineSnapshot(`
    "
                ╭───────────╮
                │ __start__ │
                ╰─────┬─────╯
                      │
                      ▼
                  ┌───────┐
                  │ plan  │
                  └─┬─┬─┬─┘
         ┌──────────┘ │ └────────┐
         ▼            ▼          ▼
    ┌─────────┐   ┌───────┐   ┌─────┐
    │ search  │   │ read  │   │ ask │
    └────┬────┘   └──┬────┘   └──┬──┘
         └─────────┐ │ ┌─────────┘
                   ▼ ▼ ▼
                 ┌───────┐
                 │ join  │
                 └───┬───┘
                     │
                     ▼
                ╭─────────╮
                │ __end__ │
                ╰─────────╯
    "
  `)
})

test('a supervisor and its workers have a line each way', () => {
  expect(
    drawing(`
      __start__ -> supervisor
      supervisor --> researcher
      supervisor --> coder
      supervisor --> __end__
      researcher -> supervisor
      coder -> supervisor`),
  ).toMatchInlineSnapshot(`
    "
                    ╭───────────╮
                    │ __start__ │
                    ╰─────┬─────╯
                          │
                          ▼
                   ┌─────────────┐
                   │ supervisor  │
                   └─┬───┬───┬───┘
                     ┆ ▲ ┆ ▲ ┆
          ┌┄┄┄┄┄┄┄┄┄┄┘ │ ┆ │ └┄┄┄┄┄┄┄┄┄┐
          ┆ ┌──────────┘ ┆ │           ┆
          ▼ │            ▼ │           ▼
    ┌───────┴─────┐   ┌────┴──┐   ╭─────────╮
    │ researcher  │   │ coder │   │ __end__ │
    └─────────────┘   └───────┘   ╰─────────╯
    "
  `)
})

test('a graph inside a node is drawn in a double frame', () => {
  const content = draw(
    [
      { id: 'read', shape: 'node' },
      { id: 'judge', shape: 'node' },
    ],
    [{ source: 'read', target: 'judge', isConditional: false }],
  )
  expect(
    drawing(
      `
      __start__ -> draft
      draft -> review
      review --> draft
      review --> __end__`,
      { nodes: [{ id: 'review', shape: 'subgraph', content }] },
    ),
  ).toMatchInlineSnapshot(`
    "
    ╭───────────╮
    │ __start__ │
    ╰─────┬─────╯
          │
          ▼
      ┌───────┐
      │ draft │
      └──┬────┘
         │ ▲
         ▼ ┆
    ╔══════╧════╗
    ║  review   ║
    ║ ┌───────┐ ║
    ║ │ read  │ ║
    ║ └───┬───┘ ║
    ║     │     ║
    ║     ▼     ║
    ║ ┌───────┐ ║
    ║ │ judge │ ║
    ║ └───────┘ ║
    ╚═════╤═════╝
          ┆
          ▼
     ╭─────────╮
     │ __end__ │
     ╰─────────╯
    "
  `)
})

test('plain characters draw the same', () => {
  expect(
    drawing(
      `
      __start__ -> agent
      agent --> tools: continue
      agent --> __end__: end
      tools -> agent`,
      { isAscii: true, nodes: [{ id: 'tools', shape: 'subgraph' }] },
    ),
  ).toMatchInlineSnapshot(`
    "
    +-----------+
    | __start__ |
    +-----+-----+
          |
          v
      +-------+
      | agent |
      +----+-++
         ^ : :
         | : +..................+
         | v continue           v end
      +==+====+            +---------+
      | tools |            | __end__ |
      +=======+            +---------+
    "
  `)
})

test('wide letters keep the boxes closed', () => {
  expect(
    drawing(`
      调查 -> 写作报告`),
  ).toMatchInlineSnapshot(`
    "
      ┌───────┐
      │ 调查  │
      └───┬───┘
          │
          ▼
    ┌───────────┐
    │ 写作报告  │
    └───────────┘
    "
  `)
})

test('two edges between the same nodes are one line with both labels', () => {
  expect(
    drawing(`
      route --> work: now
      route --> work: later`),
  ).toMatchInlineSnapshot(`
    "
    ┌───────┐
    │ route │
    └───┬───┘
        ┆
        ▼ now, later
    ┌───────┐
    │ work  │
    └───────┘
    "
  `)
})

test('nodes without edges stand side by side, and edges to unknown nodes are left out', () => {
  const nodes: DrawnNode[] = [
    { id: 'one', shape: 'node' },
    { id: 'two', shape: 'node' },
  ]
  const lines = draw(nodes, [{ source: 'one', target: 'elsewhere', isConditional: false }])
  expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    ┌─────┐   ┌─────┐
    │ one │   │ two │
    └─────┘   └─────┘
    "
  `)
})

test('every edge of any graph can be followed from its source to its target', () => {
  const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']
  const name = fc.constantFrom(...names)
  const edge = fc.tuple(name, name).filter(([source, target]) => source !== target)
  const edges = fc.uniqueArray(edge, {
    minLength: 1,
    maxLength: 14,
    selector: ([source, target]) => source + target,
  })
  fc.assert(
    fc.property(edges, (pairs) => {
      const nodes = [...new Set(pairs.flat())].map((id): DrawnNode => ({ id, shape: 'node' }))
      const lines = draw(
        nodes,
        pairs.map(([source, target]) => ({ source, target, isConditional: false })),
      )
      expect(followLines(lines)).toEqual(pairs.map(([source, target]) => `${source} -> ${target}`).toSorted())
    }),
    { numRuns: 500 },
  )
})

interface Place {
  readonly row: number
  readonly column: number
}

/** Reads a drawing of one-letter nodes as a person would: from each place where a line leaves a box to its arrow. */
function followLines(lines: readonly string[]): string[] {
  const at = ({ row, column }: Place): string => lines[row]?.[column] ?? ' '
  const boxes = lines.flatMap((line, row) =>
    Array.from(line.matchAll(/[A-Z]/g), ({ 0: node, index }) => {
      let left = index
      while (at({ row, column: left }) !== '│') left--
      let right = index
      while (at({ row, column: right }) !== '│') right++
      return { node, row, left, right }
    }),
  )
  return boxes
    .flatMap(({ node, row, left, right }) =>
      Array.from({ length: right - left - 1 }, (_, index) => left + 1 + index).flatMap((column) => [
        ...(at({ row: row + 1, column }) === '┬'
          ? [`${node} -> ${follow({ row: row + 1, column }, 1)}`]
          : []),
        ...(at({ row: row - 1, column }) === '┴'
          ? [`${node} -> ${follow({ row: row - 1, column }, -1)}`]
          : []),
      ]),
    )
    .toSorted()

  function follow(start: Place, down: number): string {
    let place = start
    let move = { row: down, column: 0 }
    for (;;) {
      place = { row: place.row + move.row, column: place.column + move.column }
      const character = at(place)
      if (character === (move.row > 0 ? '▼' : '▲')) break
      const next = turns[character]?.find(([from]) => from.row === move.row && from.column === move.column)
      if (next === undefined) return `nowhere, at ${place.row}:${place.column}`
      move = next[1]
    }
    const row = place.row + 2 * move.row
    return (
      boxes.find((box) => box.row === row && box.left < place.column && place.column < box.right)?.node ??
      'no box'
    )
  }
}

const [up, right, down, left] = [
  { row: -1, column: 0 },
  { row: 0, column: 1 },
  { row: 1, column: 0 },
  { row: 0, column: -1 },
]

/** Which way one goes on, by the way one came. Where lines join, there is no telling. */
const turns: Readonly<Record<string, readonly (readonly [Place, Place])[]>> = {
  '│': [
    [up, up],
    [down, down],
  ],
  '─': [
    [left, left],
    [right, right],
  ],
  '┼': [
    [up, up],
    [down, down],
    [left, left],
    [right, right],
  ],
  '┌': [
    [up, right],
    [left, down],
  ],
  '┐': [
    [up, left],
    [right, down],
  ],
  '└': [
    [down, right],
    [left, up],
  ],
  '┘': [
    [down, left],
    [right, up],
  ],
}
