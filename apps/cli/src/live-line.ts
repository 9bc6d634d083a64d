import type { Output } from './output.ts'
import { replaceWrite } from './replace-write.ts'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 100

/** The last line of a terminal, rewritten while something runs. Does nothing where nobody looks at it. */
export class LiveLine implements Disposable {
  readonly #output: Output
  readonly #isActive: boolean
  readonly #restore: (() => void)[] = []
  #text: string | undefined
  #sinceMs = 0
  #frame = 0
  #isShown = false
  /** Somebody has begun a line and not ended it: it must not be wiped. */
  #isLineOpen = false
  #timer: NodeJS.Timeout | undefined

  constructor(output: Output) {
    this.#output = output
    this.#isActive = output.stderr.isTerminal && !output.isJson
    if (this.#isActive) for (const stream of [process.stdout, process.stderr]) this.#watch(stream)
  }

  show(text: string): void {
    if (!this.#isActive) return
    if (this.#text === undefined) this.#sinceMs = Date.now()
    this.#text = text
    this.#timer ??= setInterval(() => this.#draw(), frameMs).unref()
    this.#draw()
  }

  hide(): void {
    this.#text = undefined
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#wipe()
  }

  /** Lines that stay, above the live one. */
  above(lines: readonly string[]): void {
    this.#wipe()
    this.#output.notes(lines)
  }

  [Symbol.dispose](): void {
    this.hide()
    for (const restore of this.#restore) restore()
  }

  #draw(): void {
    if (this.#text === undefined || this.#isLineOpen) return
    const { noteColors: colors, stderr } = this.#output
    const seconds = Math.floor((Date.now() - this.#sinceMs) / 1000)
    const end = seconds === 0 ? '' : `  ${seconds} s`
    const text = `${this.#text}${end}`.slice(0, stderr.width - 3)
    this.#frame = (this.#frame + 1) % frames.length
    stderr.write(`\r\u001b[K${colors.cyan(frames[this.#frame])} ${text}`)
    this.#isShown = true
  }

  #wipe(): void {
    if (this.#isShown) this.#output.stderr.write('\r\u001b[K')
    this.#isShown = false
  }

  /** What nodes print must not end up behind the live line. */
  #watch(stream: NodeJS.WriteStream): void {
    this.#restore.push(
      replaceWrite(stream, (write, given) => {
        this.#wipe()
        this.#isLineOpen = !String(given[0]).endsWith('\n')
        return write(...given)
      }),
    )
  }
}
