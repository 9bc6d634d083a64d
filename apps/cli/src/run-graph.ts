// One run of a graph, watched: progress while it goes on, then how it ended.
//   R1. Ctrl+C once: the running superstep finishes and is saved. Twice: its tasks are abandoned; those that had
//       finished are saved.
import { setImmediate } from 'node:timers/promises'
import { RunControl } from '@cairn/graph'
import { LiveLine } from './live-line.ts'
import type { CompiledGraph } from './load-graph.ts'
import type { Output } from './output.ts'
import { printProgress, recordProgress, type Progress, type TaskStarted } from './progress.ts'
import { replaceWrite } from './replace-write.ts'

export type Outcome =
  /** It stopped by itself: finished, or waiting. `output` is what `invoke` would have returned. */
  | { readonly kind: 'ended'; readonly output: unknown; readonly durationMs: number }
  /** `suspects` are the tasks that failed, or those that were running. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly suspects: readonly TaskStarted[] }
  | { readonly kind: 'stopped' }

/** @param config what the graph is called with, `configurable.thread_id` included. */
export async function runGraph(
  graph: CompiledGraph,
  input: unknown,
  config: Readonly<Record<string, unknown>>,
  output: Output,
): Promise<Outcome> {
  using liveLine = new LiveLine(output)
  const restoreOutput = output.isJson ? divertOutput() : undefined
  const progress = output.isJson ? recordProgress(output) : printProgress(output, liveLine)
  const control = new RunControl()
  const abort = new AbortController()
  const onInterrupt = (): void => {
    if (control.drainRequested) abort.abort()
    else {
      control.requestDrain('SIGINT')
      liveLine.above(['Stopping after this superstep. Press Ctrl+C again to abandon what is running.'])
    }
  }
  process.on('SIGINT', onInterrupt)
  const watcher = new StreamWatcher(progress)
  const startedMs = performance.now()
  try {
    const stream = await graph.stream(input, {
      ...config,
      streamMode: ['debug', 'values', 'custom'],
      subgraphs: true,
      signal: abort.signal,
      control,
    })
    for await (const chunk of stream) {
      // A task's end may be told of before it is saved, but the event loop does not turn in between.
      await setImmediate()
      watcher.take(chunk)
    }
    return { kind: 'ended', output: watcher.output, durationMs: performance.now() - startedMs }
  } catch (error) {
    const suspects = watcher.end()
    if (abort.signal.aborted || (error instanceof Error && error.name === 'GraphDrained'))
      return { kind: 'stopped' }
    return { kind: 'failed', error, suspects }
  } finally {
    process.off('SIGINT', onInterrupt)
    restoreOutput?.()
  }
}

/** Turns the chunks of a stream into progress. */
class StreamWatcher {
  readonly #progress: Progress
  readonly #running = new Map<string, { readonly task: TaskStarted; readonly startedMs: number }>()
  readonly #failed: TaskStarted[] = []
  output: unknown

  constructor(progress: Progress) {
    this.#progress = progress
  }

  /** @param chunk `[namespace, mode, payload]`. */
  take(chunk: unknown): void {
    const [namespace, mode, payload] = chunk as [readonly string[], string, unknown]
    if (mode === 'custom') this.#progress.custom(payload, namespace.map(nodeOf))
    else if (mode === 'debug') this.#takeDebug(payload as DebugEvent, namespace)
    else if (namespace.length === 0 && !isInterrupt(payload)) this.output = payload
  }

  /** Reports what is still running. Returns the tasks that failed, or else those that may have. */
  end(): TaskStarted[] {
    const abandoned = [...this.#running.values()]
    this.#running.clear()
    for (const { task, startedMs } of abandoned) this.#progress.abandoned(task, Date.now() - startedMs)
    return this.#failed.length > 0 ? this.#failed : abandoned.map(({ task }) => task)
  }

  #takeDebug({ type, step, timestamp, payload }: DebugEvent, namespace: readonly string[]): void {
    // When it happened: it may be told of later, after a node that kept the process busy.
    const atMs = Date.parse(timestamp)
    const within = namespace.map(nodeOf)
    if (type === 'checkpoint') {
      const id = payload.config?.configurable?.checkpoint_id
      if (within.length === 0 && id !== undefined) this.#progress.checkpoint(step, id)
      return
    }
    const around = this.#running.get(namespace.at(-1)?.split(':')[1] ?? '')
    const task: TaskStarted = {
      id: payload.id,
      node: payload.name,
      step: around === undefined ? String(step) : `${around.task.step}.${step}`,
      within,
    }
    if (type === 'task') {
      this.#running.set(task.id, { task, startedMs: atMs })
      this.#progress.started(task)
      return
    }
    const { startedMs = atMs } = this.#running.get(task.id) ?? {}
    this.#running.delete(task.id)
    const error = payload.error ?? undefined
    const isAsking = (payload.interrupts ?? []).length > 0
    if (error !== undefined) this.#failed.push(task)
    this.#progress.settled({
      ...task,
      durationMs: atMs - startedMs,
      outcome: error !== undefined ? 'failed' : isAsking ? 'interrupted' : 'finished',
      writes: payload.result,
      ...(error !== undefined && { error }),
    })
  }
}

interface DebugEvent {
  readonly type: 'checkpoint' | 'task' | 'task_result'
  readonly step: number
  /** ISO 8601. */
  readonly timestamp: string
  readonly payload: {
    readonly id: string
    readonly name: string
    readonly result?: unknown
    readonly interrupts?: readonly unknown[]
    readonly error?: unknown
    readonly config?: { readonly configurable?: { readonly checkpoint_id?: string } }
  }
}

/** A segment of a namespace is `node:taskId`. */
function nodeOf(segment: string): string {
  return segment.slice(0, segment.indexOf(':'))
}

function isInterrupt(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && '__interrupt__' in payload
}

/** What nodes print goes to the standard error output: the standard one is for JSON. */
function divertOutput(): () => void {
  return replaceWrite(
    process.stdout,
    (_, given) => Reflect.apply(process.stderr.write, process.stderr, given) as boolean,
  )
}
