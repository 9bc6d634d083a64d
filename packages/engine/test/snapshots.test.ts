// Channels that checkpoints do not hold: somebody else decides when one does.
import { beforeEach, describe, expect, test } from 'vitest'
import {
  lastValue,
  reducer,
  type Channel,
  type DraftedCheckpoint,
  type LastSnapshot,
  type RunOptions,
  type Snapshot,
  type Snapshots,
  type SnapshotsBeginning,
  type Task,
  type TaskWrites,
  type Write,
} from '../src/index.ts'
import { enter, planOf, type Graph } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { runOf, valuesOf } from './support/thread.ts'

let store: RecordingStore

beforeEach(() => {
  store = new RecordingStore()
})

const log = reducer<string[], string>({ reduce: (list, text) => [...list, text], initial: () => [] })

const graph: Graph = {
  channels: { log, other: lastValue() },
  nodes: {
    a: { body: (attempt) => attempt.write('log', 'a'), goesTo: ['b'] },
    b: { body: (attempt) => attempt.write('log', 'b'), goesTo: ['c'] },
    c: { body: (attempt) => attempt.write('other', 'c'), watches: [] },
  },
}

/** Holds the log whole at these steps. */
class AtSteps implements Snapshots {
  readonly channels = new Set(['log'])
  readonly told: unknown[] = []
  readonly drafts: DraftedCheckpoint[] = []
  readonly #steps: readonly number[]
  readonly #change: (snapshot: Snapshot) => Snapshot

  constructor(steps: readonly number[] = [], change: (snapshot: Snapshot) => Snapshot = (same) => same) {
    this.#steps = steps
    this.#change = change
  }

  begin(beginning: SnapshotsBeginning): void {
    this.told.push(beginning)
  }

  input(step: number, writes: readonly Write[]): readonly [string, readonly Write[]] | undefined {
    this.told.push(['input', step])
    const own = writes.filter(([channel]) => channel === 'log')
    return own.length === 0 ? undefined : ['input-task', own]
  }

  superstep(step: number, tasks: readonly Task[]): void {
    this.told.push(['superstep', step, tasks.map(({ name }) => name)])
  }

  next(checkpoint: DraftedCheckpoint): Snapshot {
    this.drafts.push(checkpoint)
    const { step } = checkpoint.draft.metadata
    return this.#snapshot(checkpoint.draft, step)
  }

  last({ draft }: Pick<DraftedCheckpoint, 'draft'>, anchorId: string, createdAt: string): LastSnapshot {
    const unseen: TaskWrites[] = this.drafts.flatMap((drafted) =>
      drafted.unseen.map((task) => ({ ...task, checkpointId: anchorId })),
    )
    const metadata = { source: 'loop', step: -2, parents: {} } as const
    return {
      ...this.#snapshot(draft, draft.metadata.step),
      writes: unseen,
      anchor: {
        id: anchorId,
        parentId: undefined,
        createdAt,
        metadata,
        versions: {},
        seen: {},
        changed: {},
        removed: [],
      },
    }
  }

  #snapshot(draft: DraftedCheckpoint['draft'], step: number): Snapshot {
    const isHeld = this.#steps.includes(step)
    return this.#change({
      ...draft,
      metadata: { ...draft.metadata, isHeld },
      whole: isHeld ? ['log'] : [],
      dropped: this.#steps.includes(step - 1) && !isHeld ? ['log'] : [],
    })
  }
}

function run(snapshots: Snapshots, options: Partial<RunOptions> = {}) {
  return runOf(planOf(graph), { start: enter('a', { log: 'in' }), store, snapshots, ...options })
}

describe('a channel that checkpoints do not hold', () => {
  test('is in those of which it is said, and in no other', async () => {
    await run(new AtSteps([0])).execute()
    expect(
      store.checkpoints.map(({ changed, removed }) => [changed['log'], removed.includes('log')]),
    ).toEqual([
      [undefined, false],
      [['in', 'a'], false],
      [undefined, true],
      [undefined, false],
    ])
  })

  test('is told with its versions, its metadata, and whether it was updated', async () => {
    const snapshots = new AtSteps()
    await run(snapshots).execute()
    expect(
      snapshots.drafts.map(({ draft, updated }) => [draft.metadata.step, updated.includes('log')]),
    ).toEqual([
      [-1, true],
      [0, true],
      [1, true],
      [2, false],
    ])
    expect(snapshots.drafts.every(({ holds }) => holds('log') && !holds('nothing'))).toBe(true)
    expect(store.checkpoints.map(({ metadata }) => metadata['isHeld'])).toEqual([false, false, false, false])
  })

  test('is told how a run begins, of its input, and of each superstep', async () => {
    const snapshots = new AtSteps()
    await run(snapshots).execute()
    expect(snapshots.told).toEqual([
      { reusesWrites: false, command: [], forks: false },
      ['input', -1],
      ['superstep', 0, ['a']],
      ['superstep', 1, ['b']],
      ['superstep', 2, ['c']],
    ])
    expect(store.commits[0]!.writes).toMatchObject([{ taskId: 'input-task', writes: [['log', 'in']] }])
  })

  test('may get a version of its own, which the next ones come after', async () => {
    const moved: (snapshot: Snapshot) => Snapshot = (snapshot) =>
      snapshot.metadata.step === 1 ? { ...snapshot, versions: { ...snapshot.versions, log: 100 } } : snapshot
    const going = run(new AtSteps([1], moved))
    await going.execute()
    expect(store.checkpoints.map(({ versions }) => versions['log'])).toEqual([1, 2, 100, 100])
    expect(going.state.versions[going.plan.slotByChannel.get('other')!]).toBe(101)
    expect(valuesOf(going)).toEqual({ log: ['in', 'a', 'b'], other: 'c' })
  })

  test('is nobody’s business without a store', async () => {
    const snapshots = new AtSteps()
    await run(snapshots, { store: undefined }).execute()
    expect([snapshots.told, snapshots.drafts]).toEqual([[], []])
  })

  test('with exit leaves the writes of the whole run, beside an empty checkpoint if there was none', async () => {
    await run(new AtSteps(), { durability: 'exit' }).execute()
    const [anchor, last] = store.checkpoints
    expect(anchor).toMatchObject({ parentId: undefined, changed: {}, metadata: { step: -2 } })
    expect(last).toMatchObject({ parentId: anchor!.id, metadata: { step: 2 } })
    expect(last!.changed).not.toHaveProperty('log')
    const kept = store.commits.flatMap(({ writes }) => writes)
    expect(
      kept.filter(({ checkpointId }) => checkpointId === anchor!.id).map(({ taskPath }) => taskPath),
    ).toEqual(['', '~__pregel_pull, a', '~__pregel_pull, b', '~__pregel_pull, c'])
  })
})

describe('a channel that looks at its updates', () => {
  const upper: Channel<string[], readonly string[], string> = {
    ...log,
    accept: (update) => (update === 'same' ? undefined : update.toUpperCase()),
  }

  test('takes them as it makes them, once their task has finished, and so they are kept', async () => {
    const plan = planOf({
      channels: { log: upper },
      nodes: {
        a: {
          body(attempt) {
            attempt.write('log', 'text')
            attempt.write('log', 'same')
          },
        },
      },
    })
    const going = runOf(plan, { start: enter('a', { log: 'in' }), store })
    await going.execute()
    expect(valuesOf(going)).toEqual({ log: ['IN', 'TEXT', 'same'] })
    expect(store.commits.at(-1)!.writes[0]!.writes).toEqual([
      ['log', 'TEXT'],
      ['log', 'same'],
    ])
  })
})
