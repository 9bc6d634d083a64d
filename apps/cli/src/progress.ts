// Tells of a run while it goes on: a line for each task, as it settles, and what nodes write for those who watch.
import { formatDuration } from './duration.ts'
import { formatShort } from './format-value.ts'
import type { LiveLine } from './live-line.ts'
import type { Output } from './output.ts'

export interface TaskStarted {
  readonly id: string
  readonly node: string
  /** Its superstep; within nested graphs after those of the tasks around it: `2.1`. */
  readonly step: string
  /** The nested graphs it runs in, outermost first: nodes of the graphs around it. */
  readonly within: readonly string[]
}

export interface TaskSettled extends TaskStarted {
  readonly durationMs: number
  readonly outcome: 'finished' | 'interrupted' | 'failed'
  readonly writes: unknown
  /** Of a task that failed. */
  readonly error?: unknown
}

export interface Progress {
  started(task: TaskStarted): void
  settled(task: TaskSettled): void
  /** The run ended while this task was running. */
  abandoned(task: TaskStarted, durationMs: number): void
  checkpoint(step: number, checkpointId: string): void
  /** What a node wrote with `config.writer`. */
  custom(value: unknown, within: readonly string[]): void
}

/** JSON lines. */
export function recordProgress(output: Output): Progress {
  const record = (type: string, fields: object): void => output.record({ type, ...fields })
  return {
    started: (task) => record('task_started', { ...task }),
    settled: ({ outcome, ...task }) => record(`task_${outcome}`, task),
    abandoned: (task, durationMs) => record('task_abandoned', { ...task, durationMs }),
    checkpoint: (step, id) => record('checkpoint', { step, id }),
    custom: (value, within) => record('custom', { within, value }),
  }
}

/** Lines for people: what settles stays, what runs is in the live line. */
export function printProgress(output: Output, liveLine: LiveLine): Progress {
  const colors = output.noteColors
  const running = new Map<string, TaskStarted>()
  const print = (mark: string, task: TaskStarted, end: string): void => {
    running.delete(task.id)
    liveLine.above([`${mark} ${task.step.padStart(4)}  ${nameOf(task).padEnd(20)} ${end}`])
    show()
  }
  const show = (): void => {
    const tasks = [...running.values()]
    if (tasks.length === 0) liveLine.hide()
    else liveLine.show(`${tasks.at(-1)!.step.padStart(4)}  ${tasks.map(nameOf).join(', ')}`)
  }
  return {
    started(task) {
      running.set(task.id, task)
      show()
    },
    settled(task) {
      const duration = colors.dim(formatDuration(task.durationMs).padStart(8))
      if (task.outcome === 'interrupted') print(colors.yellow('?'), task, colors.yellow('    asks'))
      else if (task.outcome === 'failed') print(colors.red('✗'), task, `${duration}  ${colors.red('failed')}`)
      else print(colors.green('✓'), task, duration)
    },
    abandoned(task, durationMs) {
      print(colors.dim('-'), task, `${colors.dim(formatDuration(durationMs).padStart(8))}  did not end`)
    },
    checkpoint() {},
    custom(value) {
      liveLine.above([
        `${' '.repeat(8)}${colors.dim(formatShort(value, Math.max(20, output.stderr.width - 10)))}`,
      ])
    },
  }
}

function nameOf({ within, node }: TaskStarted): string {
  return [...within, node].join(' › ')
}
