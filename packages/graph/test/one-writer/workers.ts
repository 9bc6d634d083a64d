import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type BundledProgram, bundleProgram } from '../crash/bundle-program.ts'
import type { Order, Report } from './worker.ts'

type RunOrder = Omit<Order & { readonly kind: 'run' }, 'kind' | 'id'>
type RunEnd = Extract<Report, { readonly kind: 'ended' | 'failed' }>

/** A process that runs graphs, and what it has told so far. */
class Worker {
  readonly #child: ChildProcess
  readonly #reports: Report[] = []
  readonly #listeners = new Set<() => void>()
  #lastId = 0

  constructor(child: ChildProcess) {
    this.#child = child
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.#reports.push(JSON.parse(line) as Report)
      for (const listener of this.#listeners) listener()
    })
  }

  get processId(): number {
    return this.#child.pid!
  }

  /** Runs a graph. Resolves when it has asked for its thread, or has ended already. */
  async start(order: RunOrder): Promise<{ readonly end: Promise<RunEnd> }> {
    const id = ++this.#lastId
    this.#tell({ kind: 'run', id, ...order })
    const isEnd = (report: Report) =>
      (report.kind === 'ended' || report.kind === 'failed') && report.id === id
    const end = this.#first(isEnd) as Promise<RunEnd>
    await this.#first((report) => isEnd(report) || (report.kind === 'started' && report.id === id))
    return { end }
  }

  async run(order: RunOrder): Promise<RunEnd> {
    const { end } = await this.start(order)
    return end
  }

  /** Resolves once it has told this. */
  async told(kind: Report['kind']): Promise<void> {
    await this.#first((report) => report.kind === kind)
  }

  openGate(): void {
    this.#tell({ kind: 'open' })
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#tell({ kind: 'close' })
    await exit
  }

  #tell(order: Order): void {
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`)
  }

  async #first(isWanted: (report: Report) => boolean): Promise<Report> {
    for (;;) {
      const found = this.#reports.find(isWanted)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        const listener = () => {
          this.#listeners.delete(listener)
          resolve()
        }
        this.#listeners.add(listener)
      })
    }
  }
}

/** Starts processes over files of their own. */
export class Workers {
  readonly #bundle: BundledProgram
  readonly #directory = mkdtempSync(join(tmpdir(), 'cairn-workers-'))
  readonly #children = new Set<ChildProcess>()
  #files = 0

  static async open(): Promise<Workers> {
    return new Workers(await bundleProgram('../one-writer/worker.ts'))
  }

  private constructor(bundle: BundledProgram) {
    this.#bundle = bundle
  }

  newPath(): string {
    return join(this.#directory, `${++this.#files}.db`)
  }

  async start(path: string, leaseMs = 600_000): Promise<Worker> {
    const child = spawn(process.execPath, [this.#bundle.file, path, String(leaseMs)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    const worker = new Worker(child)
    await worker.told('ready')
    return worker
  }

  /** Kills what still runs, and removes all files. */
  async close(): Promise<void> {
    const exits = [...this.#children].map((child) => once(child, 'exit'))
    for (const child of this.#children) child.kill('SIGKILL')
    await Promise.all(exits)
    this.#bundle.remove()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
