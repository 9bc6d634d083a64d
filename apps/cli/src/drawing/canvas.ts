import { displayWidth } from './text-width.ts'

const UP = 1
const RIGHT = 2
const DOWN = 4
const LEFT = 8

/** Characters by the directions in which a line leaves the cell: the sum of UP, RIGHT, DOWN and LEFT. */
const SOLID = ' │─└││┌├─┘─┴┐┤┬┼'
const DASHED = ' ┆┄└┆┆┌├┄┘┄┴┐┤┬┼'
const SOLID_ASCII = ' |-+||++-+-+++++'
const DASHED_ASCII = ' :.+::++.+.+++++'

type Cell = { directions: number; isDashed: boolean } | string

/** A grid of cells that grows as it is drawn on. Lines join where they meet; text lies over lines. */
export class Canvas {
  readonly #rows: Cell[][] = []
  readonly #isAscii: boolean

  constructor(isAscii: boolean) {
    this.#isAscii = isAscii
  }

  vertical(column: number, from: number, to: number, isDashed: boolean): void {
    const [top, bottom] = from < to ? [from, to] : [to, from]
    for (let row = top; row <= bottom; row++) {
      this.#line(column, row, (row > top ? UP : 0) + (row < bottom ? DOWN : 0), isDashed)
    }
  }

  horizontal(row: number, from: number, to: number, isDashed: boolean): void {
    const [left, right] = from < to ? [from, to] : [to, from]
    for (let column = left; column <= right; column++) {
      this.#line(column, row, (column > left ? LEFT : 0) + (column < right ? RIGHT : 0), isDashed)
    }
  }

  text(column: number, row: number, text: string): void {
    let at = column
    for (const character of text) {
      this.#cells(row)[at] = character
      const width = displayWidth(character)
      for (let extra = 1; extra < width; extra++) this.#cells(row)[at + extra] = ''
      at += width
    }
  }

  lines(): string[] {
    return this.#rows.map((cells) =>
      Array.from(cells, (cell) => this.#character(cell))
        .join('')
        .trimEnd(),
    )
  }

  #cells(row: number): Cell[] {
    while (this.#rows.length <= row) this.#rows.push([])
    return this.#rows[row]!
  }

  #line(column: number, row: number, directions: number, isDashed: boolean): void {
    const cells = this.#cells(row)
    const present = cells[column]
    if (typeof present === 'string') return
    if (present === undefined) cells[column] = { directions, isDashed }
    else {
      present.directions |= directions
      present.isDashed &&= isDashed
    }
  }

  #character(cell: Cell | undefined): string {
    if (cell === undefined) return ' '
    if (typeof cell === 'string') return cell
    if (this.#isAscii) return (cell.isDashed ? DASHED_ASCII : SOLID_ASCII)[cell.directions]!
    return (cell.isDashed ? DASHED : SOLID)[cell.directions]!
  }
}
