import { setImmediate } from 'node:timers/promises'
import { BaseChannel, Command, START, Send } from '@langchain/langgraph'
import {
  AnyValue,
  EphemeralValue,
  LastValue,
  Topic,
  UntrackedValueChannel,
} from '@langchain/langgraph/channels'
import { differential, sameRuns } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'

sameRuns(
  'a Topic holds what the last superstep wrote, arrays flattened',
  ({ StateGraph }) =>
    new StateGraph({ topic: () => new Topic<string>(), seen: () => new LastValue<string[]>() } as never)
      .addNode('a' as never, (() => ({ topic: 'a' })) as never)
      .addNode('b' as never, (() => ({ topic: ['b1', 'b2'] })) as never)
      .addNode('c' as never, ((state: { topic?: string[] }) => ({ seen: state.topic ?? ['none'] })) as never)
      .addNode(
        'd' as never,
        ((state: { topic?: string[]; seen: string[] }) => ({
          seen: [...state.seen, String(state.topic)],
        })) as never,
      )
      .addEdge(START, 'a' as never)
      .addEdge(START, 'b' as never)
      .addEdge(['a', 'b'] as never, 'c' as never)
      .addEdge('c' as never, 'd' as never),
  [{ topic: 'in' }, {}],
)

sameRuns(
  'an accumulating Topic keeps everything, a unique one each value once',
  ({ StateGraph }) =>
    new StateGraph({
      all: () => new Topic<string>({ accumulate: true }),
      once: () => new Topic<string>({ accumulate: true, unique: true }),
      fresh: () => new Topic<string>({ unique: true }),
    } as never)
      .addNode(
        'a' as never,
        (() => setImmediate({ all: ['x', 'x'], once: ['x', 'x', 'y'], fresh: ['x', 'x'] })) as never,
      )
      .addNode('b' as never, (() => setImmediate({ all: 'x', once: 'y', fresh: ['x', 'z'] })) as never)
      .addNode('c' as never, (() => ({})) as never)
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never)
      .addEdge('b' as never, 'c' as never),
  [
    { all: 'in', once: 'y' },
    { all: 'again', once: 'x', fresh: 'x' },
  ],
)

sameRuns(
  'AnyValue takes the last of several, and is empty after a superstep without one',
  ({ StateGraph }) =>
    new StateGraph({ any: () => new AnyValue<string>(), saw: () => new LastValue<string>() } as never)
      .addNode('a' as never, (() => ({ any: 'from a' })) as never)
      .addNode('b' as never, (() => ({ any: 'from b' })) as never)
      .addNode('c' as never, ((state: { any?: string }) => ({ saw: String(state.any) })) as never)
      .addNode(
        'd' as never,
        ((state: { any?: string; saw: string }) => ({ saw: `${state.saw}, then ${state.any}` })) as never,
      )
      .addEdge(START, 'a' as never)
      .addEdge(START, 'b' as never)
      .addEdge(['a', 'b'] as never, 'c' as never)
      .addEdge('c' as never, 'd' as never),
  [{ any: 'in' }],
)

sameRuns(
  'EphemeralValue lasts one superstep',
  ({ StateGraph }) =>
    new StateGraph({ flash: () => new EphemeralValue<string>(), saw: () => new LastValue<string>() } as never)
      .addNode('a' as never, (() => ({ flash: 'now' })) as never)
      .addNode('b' as never, ((state: { flash?: string }) => ({ saw: String(state.flash) })) as never)
      .addNode(
        'c' as never,
        ((state: { flash?: string; saw: string }) => ({ saw: `${state.saw}, then ${state.flash}` })) as never,
      )
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never)
      .addEdge('b' as never, 'c' as never),
  [{ flash: 'in' }],
)

sameRuns(
  'an EphemeralValue without guard takes several writes',
  ({ StateGraph }) =>
    new StateGraph({
      flash: () => new EphemeralValue<string>(false),
      saw: () => new LastValue<string>(),
    } as never)
      .addNode('a' as never, (() => ({ flash: 'a' })) as never)
      .addNode('b' as never, (() => ({ flash: 'b' })) as never)
      .addNode('c' as never, ((state: { flash?: string }) => ({ saw: String(state.flash) })) as never)
      .addEdge(START, 'a' as never)
      .addEdge(START, 'b' as never)
      .addEdge(['a', 'b'] as never, 'c' as never),
  [{}],
)

differential('guarded channels refuse a second write in one superstep', async ({ StateGraph }) => {
  const run = async (channel: () => unknown) => {
    const graph = new StateGraph({ value: channel } as never)
      .addNode('a' as never, (() => ({ value: 'a' })) as never)
      .addNode('b' as never, (() => ({ value: 'b' })) as never)
      .addEdge(START, 'a' as never)
      .addEdge(START, 'b' as never)
      .compile()
    const outcome = await outcomeOf(() => graph.invoke({ value: 'in' } as never))
    return 'error' in outcome ? (outcome.error as Error).name : outcome
  }
  return [
    await run(() => new LastValue()),
    await run(() => new EphemeralValue()),
    await run(() => new UntrackedValueChannel()),
    await run(() => new UntrackedValueChannel({ guard: false })),
  ]
})

sameRuns(
  'an untracked value lives as long as the run, and is never stored',
  ({ StateGraph }) =>
    new StateGraph({
      secret: () => new UntrackedValueChannel<unknown>(),
      saw: () => new LastValue<string>(),
    } as never)
      .addNode(
        'a' as never,
        ((state: { secret?: string }) => ({ saw: String(state.secret), secret: 'from a' })) as never,
      )
      .addNode(
        'b' as never,
        ((state: { secret?: string; saw: string }) => ({ saw: `${state.saw} ${state.secret}` })) as never,
      )
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never),
  [{ secret: 'given' }, {}],
)

sameRuns(
  'an untracked value is taken out of the sends that are stored',
  ({ StateGraph }) =>
    new StateGraph({
      secret: () => new UntrackedValueChannel<unknown>(),
      log: () => new Topic<string>({ accumulate: true }),
    } as never)
      .addNode(
        'a' as never,
        (() => new Command({ goto: [new Send('b', { secret: 'hush', id: 1 })] })) as never,
        { ends: ['b'] } as never,
      )
      .addNode('b' as never, ((input: unknown) => ({ log: JSON.stringify(input) })) as never)
      .addEdge(START, 'a' as never),
  [{ secret: 'given' }],
)

/** Adds up, and remembers how often it was written to. */
class Tally extends BaseChannel<{ sum: number; writes: number }, number, { sum: number; writes: number }> {
  lc_graph_name = 'Tally'
  sum = 0
  writes = 0

  fromCheckpoint(saved?: { sum: number; writes: number }): this {
    const channel = new Tally()
    if (saved !== undefined) Object.assign(channel, saved)
    return channel as this
  }

  update(values: number[]): boolean {
    if (values.length === 0) return false
    for (const value of values) this.sum += value
    this.writes += values.length
    return true
  }

  get(): { sum: number; writes: number } {
    return { sum: this.sum, writes: this.writes }
  }

  checkpoint(): { sum: number; writes: number } {
    return this.get()
  }
}

sameRuns(
  "a channel class of the user's",
  ({ StateGraph }) =>
    new StateGraph({ tally: () => new Tally(), saw: () => new LastValue<string>() } as never)
      .addNode('a' as never, (() => ({ tally: 2 })) as never)
      .addNode('b' as never, (() => ({ tally: 3 })) as never)
      .addNode('c' as never, ((state: { tally: unknown }) => ({ saw: JSON.stringify(state.tally) })) as never)
      .addConditionalEdges(
        'a' as never,
        ((state: { tally: { sum: number } }) => (state.tally.sum > 1 ? 'c' : 'b')) as never,
      )
      .addEdge(START, 'a' as never)
      .addEdge(START, 'b' as never),
  [{ tally: 1 }, { tally: 10 }, {}],
)

/** Holds a value until it was read by the next superstep, empty before and after. */
class Once extends BaseChannel<string, string, string | undefined> {
  lc_graph_name = 'Once'
  held: string | undefined

  fromCheckpoint(saved?: string): this {
    const channel = new Once()
    channel.held = saved
    return channel as this
  }

  update(values: string[]): boolean {
    const before = this.held
    this.held = values.length === 0 ? undefined : values.join('+')
    return before !== this.held
  }

  get(): string {
    if (this.held === undefined) {
      const error = new Error('empty')
      error.name = 'EmptyChannelError'
      throw error
    }
    return this.held
  }

  checkpoint(): string {
    return this.get()
  }

  override isAvailable(): boolean {
    return this.held !== undefined
  }
}

sameRuns(
  "a channel of the user's that is empty at times",
  ({ StateGraph }) =>
    new StateGraph({ once: () => new Once(), saw: () => new Topic<string>({ accumulate: true }) } as never)
      .addNode(
        'a' as never,
        ((state: { once?: string }) => setImmediate({ once: 'a', saw: `a ${state.once}` })) as never,
      )
      .addNode(
        'b' as never,
        ((state: { once?: string }) => setImmediate({ saw: `b ${state.once}` })) as never,
      )
      .addNode(
        'c' as never,
        ((state: { once?: string }) => setImmediate({ saw: `c ${state.once}` })) as never,
      )
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never)
      .addEdge('b' as never, 'c' as never),
  [{ once: 'in' }, {}],
)

sameRuns(
  'a subclass of a known channel keeps what it overrides',
  ({ StateGraph }) => {
    class Clamped extends LastValue<number> {
      override update(values: number[]): boolean {
        return super.update(values.slice(-1).map((value) => Math.min(value, 5)))
      }
      override fromCheckpoint(saved?: number): this {
        const channel = new Clamped()
        if (saved !== undefined) channel.value = [saved]
        return channel as this
      }
    }
    return new StateGraph({ n: () => new Clamped() } as never)
      .addNode('a' as never, (({ n }: { n: number }) => ({ n: n + 3 })) as never)
      .addNode('b' as never, (({ n }: { n: number }) => ({ n: n - 1 })) as never)
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never)
  },
  [{ n: 1 }, { n: 9 }],
)
