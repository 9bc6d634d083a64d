import type { DrawnNode } from './draw.ts'

/** The characters of a box, ports being where a line leaves it. */
export interface Frame {
  readonly topLeft: string
  readonly topRight: string
  readonly bottomLeft: string
  readonly bottomRight: string
  readonly horizontal: string
  readonly vertical: string
  readonly portAbove: string
  readonly portBelow: string
  readonly portRight: string
}

export function frameOf(shape: DrawnNode['shape'], isAscii: boolean): Frame {
  if (isAscii) return shape === 'subgraph' ? { ...plainAscii, horizontal: '=' } : plainAscii
  return { end: round, node: plain, subgraph: double }[shape]
}

const plain: Frame = {
  topLeft: '┌',
  topRight: '┐',
  bottomLeft: '└',
  bottomRight: '┘',
  horizontal: '─',
  vertical: '│',
  portAbove: '┴',
  portBelow: '┬',
  portRight: '├',
}

const round: Frame = { ...plain, topLeft: '╭', topRight: '╮', bottomLeft: '╰', bottomRight: '╯' }

const double: Frame = {
  topLeft: '╔',
  topRight: '╗',
  bottomLeft: '╚',
  bottomRight: '╝',
  horizontal: '═',
  vertical: '║',
  portAbove: '╧',
  portBelow: '╤',
  portRight: '╟',
}

const plainAscii: Frame = {
  topLeft: '+',
  topRight: '+',
  bottomLeft: '+',
  bottomRight: '+',
  horizontal: '-',
  vertical: '|',
  portAbove: '+',
  portBelow: '+',
  portRight: '+',
}
