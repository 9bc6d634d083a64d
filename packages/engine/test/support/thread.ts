import {
  RESUME,
  NULL_TASK_ID,
  Run,
  readChannels,
  type Attempt,
  type Line,
  type Plan,
  type Question,
  type RunListener,
  type RunOptions,
  type Thrown,
} from '../../src/index.ts'

export const line: Line = { threadId: 'thread-1', namespace: '' }

/** A run of the plan; with a store it goes on from the newest checkpoint there. */
export function runOf(plan: Plan, options: Partial<RunOptions> = {}): Run {
  const loaded = options.store?.load(line)
  if (loaded instanceof Promise) throw new TypeError('Load before the run, when the store is slow.')
  const context: { run?: Run } = {}
  const run = new Run({
    plan,
    start: { kind: 'continue' },
    line,
    loaded,
    stepLimit: 25,
    classify,
    context,
    ...options,
  })
  context.run = run
  return run
}

/** Values of the channels that hold something, edges and joins aside. */
export function valuesOf({ plan, state }: Run): Record<string, unknown> {
  const slots = plan.channelNames.flatMap((name, slot) =>
    /^(to:|join:|__pregel_tasks)/.test(name) ? [] : [slot],
  )
  return readChannels(plan, state, slots)
}

/** Writes each superstep down as it is planned: the names of its tasks. */
export class Trace implements RunListener {
  readonly steps: string[][] = []

  planned(_run: Run, tasks: Parameters<NonNullable<RunListener['planned']>>[1]): void {
    if (tasks.length > 0) this.steps.push(tasks.map(({ name }) => name))
  }
}

class Ask extends Error {
  readonly questions: readonly Question[]

  constructor(questions: readonly Question[]) {
    super('asked')
    this.questions = questions
  }
}

/** Tells the graph around this one something. */
export class Escape extends Error {}

function classify(error: unknown): Thrown {
  if (error instanceof Ask) return { kind: 'interrupted', questions: error.questions }
  return { kind: error instanceof Escape ? 'escaped' : 'failed' }
}

/** Answers the question, or stops the task with it: one question per task is all that tests need. */
export function ask(attempt: Attempt, id: string, value: unknown = `${id}?`): unknown {
  const { run } = attempt.context as { run: Run }
  const answer = run.pending.findLast(
    ([taskId, channel]) => channel === RESUME && (taskId === id || taskId === NULL_TASK_ID),
  )
  if (answer === undefined) throw new Ask([{ id, value }])
  const [taskId, , given] = answer
  const own = taskId === NULL_TASK_ID ? given : (given as unknown[]).at(-1)
  attempt.write(RESUME, [own])
  return own
}

/** Pretends to be a nested graph that stops at a breakpoint: it stops, and asks nothing. */
export function stopSilently(): never {
  throw new Ask([])
}
