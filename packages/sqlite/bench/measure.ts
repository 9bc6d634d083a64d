import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Measured {
  /** Per commit, in microseconds. CPU time is steadier than wall time on a machine that does other things too. */
  readonly meanUs: number
  readonly cpuUs: number
  readonly medianUs: number
  readonly p99Us: number
  /** The longest commit: what the event loop waits at worst. */
  readonly longestMs: number
}

/** Runs `commit` with 0, 1, 2, … and gives what one took. */
export async function measure(
  count: number,
  commit: (number: number) => void | Promise<void> | undefined,
): Promise<Measured> {
  const times = new Float64Array(count)
  const before = process.cpuUsage()
  for (let number = 0; number < count; number++) {
    const start = performance.now()
    // A commit that answers at once is not waited for: what it takes is wanted, and not a turn of the microtask queue.
    const committing = commit(number)
    if (committing !== undefined) await committing
    times[number] = performance.now() - start
  }
  const cpu = process.cpuUsage(before)
  const total = times.reduce((sum, time) => sum + time, 0)
  times.sort()
  return {
    meanUs: (total / count) * 1000,
    cpuUs: (cpu.user + cpu.system) / count,
    medianUs: times[count >> 1]! * 1000,
    p99Us: times[Math.floor(count * 0.99)]! * 1000,
    longestMs: times.at(-1)!,
  }
}

/** Gives `use` the path of a database that is not there yet, and removes it afterwards. */
export async function withPath<Result>(use: (path: string) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'cairn-sqlite-bench-'))
  try {
    return await use(join(directory, 'store.db'))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

export function print(cells: readonly (string | number)[]): void {
  const texts = cells.map((cell, index) =>
    index === 0 ? String(cell).padEnd(40) : (typeof cell === 'number' ? cell.toFixed(1) : cell).padStart(10),
  )
  process.stdout.write(`${texts.join('')}\n`)
}
