import Table from 'cli-table3'
import { displayWidth } from './drawing/text-width.ts'
import type { Output } from './output.ts'

const gap = 2

/** The column that is cut where the terminal is too narrow, and at which end. */
export interface Flexible {
  readonly column: number
  readonly cutAt: 'start' | 'end'
}

/** Columns without lines, for people. Nothing is cut in a file or a pipe. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  flexible: Flexible,
  output: Output,
): string[] {
  const columns = head.map((name, index) =>
    Math.max(...[name, ...rows.map((row) => row[index]!)].map(displayWidth)),
  )
  const fixed = columns.reduce(
    (sum, width, index) => sum + gap + (index === flexible.column ? 0 : width),
    -gap,
  )
  const room = output.stdout.isTerminal ? Math.max(12, output.stdout.width - fixed) : Infinity
  const table = new Table({
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [] },
    wordWrap: false,
  })
  const cut = (row: readonly string[]): string[] =>
    row.map((cell, index) => (index === flexible.column ? shorten(cell, room, flexible.cutAt) : cell))
  table.push(
    head.map((name) => output.colors.dim(name)),
    ...rows.map(cut),
  )
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

const noLines = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((place) => [place, '']),
)

function shorten(text: string, width: number, cutAt: 'start' | 'end'): string {
  if (displayWidth(text) <= width) return text
  const characters = Array.from(text)
  while (displayWidth(characters.join('')) > width - 1) {
    if (cutAt === 'end') characters.pop()
    else characters.shift()
  }
  return cutAt === 'end' ? `${characters.join('')}…` : `…${characters.join('')}`
}
