import { createInterface } from 'node:readline/promises'
import Table from 'cli-table3'
import picocolors from 'picocolors'

/** A terminal, or a stream that is none. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

export interface ScreenOptions {
  readonly output: Output
  /** Where Enter is waited for before each act; without it no act waits. */
  readonly pausesOn?: NodeJS.ReadableStream
}

const widest = 100
const margin = '  '

/** What the tour shows itself on: plain text, with colours only on a terminal. */
export class Screen {
  readonly #output: Output
  readonly #pausesOn: NodeJS.ReadableStream | undefined
  readonly #colors: ReturnType<typeof picocolors.createColors>
  readonly #width: number
  #acts = 0

  constructor({ output, pausesOn }: ScreenOptions) {
    this.#output = output
    this.#pausesOn = pausesOn
    this.#colors = picocolors.createColors(output.isTTY === true && !process.env['NO_COLOR'])
    this.#width = Math.min(output.columns ?? widest, widest)
  }

  title(text: string): void {
    this.#line(this.#colors.bold(text))
  }

  /** Begins the next act; with pauses, when Enter was pressed. */
  async act(heading: string): Promise<void> {
    this.#acts++
    this.#line()
    await this.#pause()
    this.#line(this.#colors.bold(this.#colors.cyan(`${this.#acts}  ${heading}`)))
  }

  /** The last word, after all acts. */
  end(text: string): void {
    this.#line()
    this.#line(this.#colors.bold(text))
  }

  say(text: string): void {
    for (const line of wrapped(text, this.#width - margin.length)) this.#line(`${margin}${line}`)
  }

  /** Something that was not written for the tour: the output of a process, the beginning of a draft. */
  excerpt(text: string): void {
    for (const paragraph of text.split('\n'))
      for (const line of wrapped(paragraph, this.#width - 2 * margin.length - 2))
        this.#line(`${margin}${this.#colors.dim('│')} ${line}`.trimEnd())
  }

  /** A process was killed. */
  killed(text: string): void {
    this.#line(`${margin}${this.#colors.red('✗')} ${text}`)
  }

  /** Something was checked and holds. */
  holds(text: string): void {
    const [first = '', ...rest] = wrapped(text, this.#width - margin.length - 2)
    this.#line(`${margin}${this.#colors.green('✓')} ${first}`)
    for (const line of rest) this.#line(`${margin}  ${line}`)
  }

  /** Something was checked and does not hold. */
  fails(text: string): void {
    this.#line(`${margin}${this.#colors.red('✗')} ${text}`)
  }

  /** A table; a column named as flexible is cut where the table would be wider than the screen. */
  table(head: readonly string[], rows: readonly (readonly (string | number)[])[], flexible?: string): void {
    const cells = fitted(
      [head, ...rows].map((row) => row.map(String)),
      head.indexOf(flexible ?? ''),
      this.#width,
    )
    const table = new Table({
      head: (cells[0] ?? []).map((cell) => this.#colors.dim(cell)),
      chars: noBorders,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': columnGap },
    })
    table.push(...cells.slice(1))
    for (const line of table.toString().split('\n')) this.#line(`${margin}${line.trimEnd()}`)
  }

  command(text: string, what: string): void {
    this.#line(`${margin}${this.#colors.cyan(text)}`)
    this.#line(`${margin}    ${what}`)
  }

  #line(text = ''): void {
    this.#output.write(`${text}\n`)
  }

  async #pause(): Promise<void> {
    if (!this.#pausesOn) return
    const terminal = createInterface({ input: this.#pausesOn, output: this.#output })
    const ended = new Promise<void>((resolve) => terminal.once('close', resolve))
    await Promise.race([terminal.question(this.#colors.dim(`Enter for act ${this.#acts} `)), ended])
    terminal.close()
    if (!this.#output.isTTY) this.#line()
  }
}

const columnGap = 2
const noBorders = Object.fromEntries(
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'
    .split(' ')
    .map((place) => [place, '']),
)

function fitted(rows: string[][], flexible: number, width: number): string[][] {
  if (flexible < 0) return rows
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const others = (rows[0] ?? []).map((_, column) => (column === flexible ? 0 : widthOf(column) + columnGap))
  const room = width - margin.length - columnGap - others.reduce((sum, other) => sum + other, 0)
  return rows.map((row) =>
    row.map((cell, column) =>
      column === flexible && cell.length > room ? `${cell.slice(0, room - 1)}…` : cell,
    ),
  )
}

function wrapped(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
