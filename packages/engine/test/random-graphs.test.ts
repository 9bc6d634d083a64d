import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ERROR_SOURCE_NODE,
  InvalidUpdateError,
  StepLimitError,
  isTaskOutput,
  type Run,
  type RunListener,
  type RunOptions,
  type Task,
} from '../src/index.ts'
import { graphSpecs, planOfSpec, type GraphSpec, type Outcome } from './random-graph.ts'
import { interpret } from './reference.ts'
import { edgeTo } from './support/graph.ts'
import { Death, MortalStore } from './support/mortal-store.ts'
import { refuseUnhandledRejections } from './support/rejections.ts'
import { line, runOf, valuesOf } from './support/thread.ts'

refuseUnhandledRejections()

const limit = 9
const concurrencies = fc.constantFrom(1, 2, 3, undefined)

describe('a random graph', () => {
  test('does on the engine what the reference says, in whatever order its tasks settle', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphSpecs(),
        fc.scheduler(),
        concurrencies,
        async (spec, scheduler, maxConcurrency) => {
          const steps = new Steps()
          const plan = planOfSpec(spec, { gate: (label) => scheduler.schedule(Promise.resolve(), label) })
          const run = runOf(plan, { start: startOf(spec), stepLimit: limit, listener: steps, maxConcurrency })
          const kind = await scheduler.waitFor(endingOf(run))
          expect({ kind, values: visible(run, kind), trace: steps.names }).toEqual(interpret(spec, limit))
          expect(steps.unsettled).toEqual([])
        },
      ),
      { numRuns: 400 },
    )
  })

  test('that is stopped and goes on ends as if it had never stopped, and runs no recorded task again', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphSpecs({ isStored: true }),
        fc.array(stops, { minLength: 1, maxLength: 4 }),
        fc.scheduler(),
        concurrencies,
        fc.constantFrom('sync', 'async', 'exit'),
        fc.boolean(),
        async (spec, stopsToCome, scheduler, maxConcurrency, durability, isSlow) => {
          const store = new MortalStore()
          if (isSlow) store.gate = () => scheduler.schedule(Promise.resolve(), 'commit')
          const expected = interpret(spec, limit)
          const steps = new Steps()
          for (const stop of [...stopsToCome, never]) {
            const life = new Life(spec, stop, store, (label) => scheduler.schedule(Promise.resolve(), label))
            const run = life.run({ maxConcurrency, durability }, steps)
            const kind = await scheduler.waitFor(endingOf(run))
            await scheduler.waitIdle()
            expect(life.ranAgain).toEqual([])
            expect(steps.replanned).toEqual([])
            if (kind === 'stopped') continue
            expect({ kind, values: visible(run, kind), trace: steps.sorted }).toEqual({
              kind: expected.kind,
              values: expected.values,
              trace: expected.trace.map((names) => names.toSorted()),
            })
            return
          }
          expect.unreachable('the last run is not stopped')
        },
      ),
      { numRuns: 400 },
    )
  })
})

type Ending = Outcome['kind'] | 'stopped'

async function endingOf(run: Run): Promise<Ending> {
  try {
    const { kind } = await run.execute()
    return kind === 'drained' ? 'stopped' : 'finished'
  } catch (error) {
    if (isStop(error)) return 'stopped'
    if (error instanceof StepLimitError) return 'limit'
    if (error instanceof InvalidUpdateError) return 'conflict'
    throw error
  }
}

function startOf({ entry, input }: GraphSpec): RunOptions['start'] {
  return { kind: 'input', writes: [...input, ...entry.map((node) => [edgeTo(node), null] as const)] }
}

/** A conflict leaves the state of the superstep before, which the reference does not keep. */
function visible(run: Run, kind: Ending): Record<string, unknown> {
  return kind === 'conflict' ? {} : valuesOf(run)
}

/** What was planned in each superstep, over all the runs of a thread. */
class Steps implements RunListener {
  readonly names: string[][] = []
  /** Supersteps that were planned again, with other tasks. */
  readonly replanned: [before: string[], again: string[]][] = []
  readonly #tasks: Task[] = []

  get sorted(): string[][] {
    return this.names.map((names) => names.toSorted())
  }

  get unsettled(): string[] {
    return this.#tasks.filter(({ isSettled }) => !isSettled).map(({ name }) => name)
  }

  planned(run: Run, tasks: readonly Task[]): void {
    if (tasks.length === 0) return
    const names = tasks.map(({ name }) => name)
    const before = this.names[run.step]
    if (before === undefined) this.names.push(names)
    else if (before.toSorted().join() !== names.toSorted().join()) this.replanned.push([before, names])
    this.#tasks.push(...tasks)
  }
}

/** What ends a run early, at its `at`-th event of the kind. */
interface Stop {
  readonly how:
    | 'store dies'
    | 'store dies after keeping'
    | 'listener throws'
    | 'node throws'
    | 'drain'
    | 'never'
  readonly at: number
}

const never: Stop = { how: 'never', at: 0 }

const stops = fc.record({
  how: fc.constantFrom('store dies', 'store dies after keeping', 'listener throws', 'node throws', 'drain'),
  at: fc.nat(15),
} satisfies { how: fc.Arbitrary<Stop['how']>; at: fc.Arbitrary<number> })

class Stopped extends Error {}

function isStop(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isStop)
  return error instanceof Stopped || error instanceof Death
}

/** One run of a thread, up to its stop. */
class Life {
  readonly #spec: GraphSpec
  readonly #stop: Stop
  readonly #store: MortalStore
  readonly #gate: (label: string) => Promise<void>
  readonly #executed: string[] = []
  readonly #recorded: ReadonlySet<string>
  #events = 0

  constructor(spec: GraphSpec, stop: Stop, store: MortalStore, gate: (label: string) => Promise<void>) {
    this.#spec = spec
    this.#stop = stop
    this.#store = store
    this.#gate = gate
    const isEnding = (channel: string) => isTaskOutput(channel) || channel === ERROR_SOURCE_NODE
    const writes = store.load(line)?.writes ?? []
    this.#recorded = new Set(writes.filter(([, channel]) => isEnding(channel)).map(([taskId]) => taskId))
  }

  /** Ids of tasks that ran although the store knew them to have ended. */
  get ranAgain(): string[] {
    return this.#executed.filter((id) => this.#recorded.has(id))
  }

  run(options: Partial<RunOptions>, steps: Steps): Run {
    const store = this.#store
    const { how, at } = this.#stop
    const loaded = store.load(line)
    store.live(how.startsWith('store dies') ? at : undefined, how === 'store dies after keeping')
    const tell = () => this.#count('listener throws')
    const plan = planOfSpec(this.#spec, {
      gate: this.#gate,
      onRun: ({ task }) => {
        this.#executed.push(task.id)
        if (task.node.errorHandler === undefined) this.#count('node throws')
      },
    })
    return runOf(plan, {
      ...options,
      store,
      start: loaded === undefined ? startOf(this.#spec) : { kind: 'continue' },
      stepLimit: limit - (loaded === undefined ? 0 : loaded.metadata.step + 2),
      drainReason: () => (how === 'drain' && this.#events++ === at ? 'stop' : undefined),
      listener: {
        planned(run, tasks) {
          steps.planned(run, tasks)
          tell()
        },
        settled: tell,
        applied: tell,
      },
    })
  }

  #count(how: Stop['how']): void {
    if (this.#stop.how === how && this.#events++ === this.#stop.at) throw new Stopped(how)
  }
}
