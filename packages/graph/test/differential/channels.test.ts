import { setImmediate } from 'node:timers/promises'
import {
  Annotation,
  BaseChannel,
  Command,
  END,
  EmptyChannelError,
  InvalidUpdateError,
  MemorySaver,
  Overwrite,
  START,
  Send,
  interrupt,
} from '@langchain/langgraph'
import {
  AnyValue,
  BinaryOperatorAggregate,
  DynamicBarrierValue,
  EphemeralValue,
  LastValue,
  NamedBarrierValue,
  Topic,
  UntrackedValueChannel,
} from '@langchain/langgraph/channels'
import { Channel as PregelChannel } from '@langchain/langgraph/pregel'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'
import { storedRecords } from './harness/stored-records.ts'

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

differential("channels refuse what they do not take, in LangGraph's words", async ({ StateGraph }) => {
  const run = async (channel: () => unknown, ...updates: unknown[]) => {
    const graph = new StateGraph({ value: channel } as never)
    updates.forEach((value, index) => {
      graph.addNode(`n${index}` as never, (() => ({ value })) as never).addEdge(START, `n${index}` as never)
    })
    return outcomeOf(() => graph.compile().invoke({ value: 'in' } as never))
  }
  return [
    await run(() => new LastValue(), 'a', 'b'),
    await run(() => new LastValue<unknown>(() => 'default'), 'a', { b: 1 }),
    await run(() => new EphemeralValue(), 'a', 'b'),
    await run(() => new UntrackedValueChannel(), 'a', 'b'),
    await run(() => new UntrackedValueChannel({ guard: false }), 'a', 'b'),
    await run(() => new NamedBarrierValue(new Set(['in', 'a'])), 'a', 'b'),
    await run(
      () => new BinaryOperatorAggregate<string, unknown>((text, more) => `${text}${String(more)}`),
      new Overwrite('a'),
      new Overwrite('b'),
    ),
    await run(() => new Refusing(), 'a', 'b'),
    await run(() => new Refusing(), 'a', new Error('not an update')),
  ]
})

differential('a router fails on what its own task cannot apply', async ({ StateGraph }) => {
  const graph = new StateGraph(Annotation.Root({ value: Annotation<string> }))
    .addNode(
      'twice',
      () =>
        new Command({
          update: [
            ['value', 'a'],
            ['value', 'b'],
          ] as never,
        }),
    )
    .addEdge(START, 'twice')
    .addConditionalEdges('twice', () => END)
    .compile()
  return outcomeOf(() => graph.invoke({ value: 'in' }))
})

sameRuns(
  'only channels with a reducer take an Overwrite for one',
  ({ StateGraph }) =>
    new StateGraph({
      last: () => new LastValue<unknown>(),
      any: () => new AnyValue<unknown>(),
      topic: () => new Topic<unknown>(),
      flash: () => new EphemeralValue<unknown>(),
      folded: () => new BinaryOperatorAggregate<string, unknown>((text, more) => `${text}${String(more)}`),
    } as never)
      .addNode('a' as never, (() => each(new Overwrite('instance'))) as never)
      .addNode('b' as never, (() => each({ __overwrite__: 'plain' })) as never)
      .addNode('c' as never, (() => each({ type: '__overwrite__', value: 'serialised' })) as never)
      .addNode('d' as never, (() => ({ folded: 'd' })) as never)
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never)
      .addEdge('b' as never, 'c' as never)
      .addEdge('c' as never, 'd' as never),
  [each('in'), each(new Overwrite('given'))],
)

function each(value: unknown): object {
  return { last: value, any: value, topic: value, flash: value, folded: value }
}

sameRuns(
  'a last value with a default comes back to it from a checkpoint that holds undefined',
  ({ StateGraph }) =>
    new StateGraph({
      last: () => new LastValue<unknown>(() => 'default'),
      saw: () => new LastValue(),
    } as never)
      .addNode(
        'a' as never,
        (({ last }: { last: unknown }) => ({ last: undefined, saw: String(last) })) as never,
      )
      .addNode(
        'b' as never,
        ((state: object) => ({ saw: 'last' in state ? 'held' : 'empty', last: 1 })) as never,
      )
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never),
  { inputs: [{ last: 'in' }, null, {}, null], compile: { interruptBefore: ['b'] } },
)

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

/** Takes one value at a time, and no errors. */
class Refusing extends BaseChannel {
  lc_graph_name = 'Refusing'
  held: unknown

  fromCheckpoint(saved?: unknown): this {
    const channel = new Refusing()
    channel.held = saved
    return channel as this
  }

  update(values: unknown[]): boolean {
    if (values.some((value) => value instanceof Error)) throw new TypeError('no errors')
    if (values.length > 1)
      throw new InvalidUpdateError('one at a time', { lc_error_code: 'INVALID_CONCURRENT_GRAPH_UPDATE' })
    if (values.length === 0) return false
    this.held = values[0]
    return true
  }

  get(): unknown {
    if (this.held === undefined) throw new EmptyChannelError()
    return this.held
  }

  checkpoint(): unknown {
    return this.get()
  }
}

sameRuns(
  "a channel of the user's lives as long as the run, whatever of it is stored",
  ({ StateGraph }) => {
    class Visits extends BaseChannel<string, string, undefined> {
      lc_graph_name = 'Visits'
      #visits = 0
      last: string | undefined

      fromCheckpoint(): this {
        return new Visits() as this
      }

      update(values: string[]): boolean {
        if (values.length === 0) return false
        this.#visits += values.length
        this.last = values.at(-1)
        return true
      }

      get(): string {
        if (this.last === undefined) throw new EmptyChannelError()
        return `${this.last}, visit ${this.#visits}`
      }

      checkpoint(): undefined {
        return undefined
      }
    }
    return new StateGraph({ visits: () => new Visits(), saw: () => new LastValue() } as never)
      .addNode(
        'a' as never,
        (({ visits }: { visits?: string }) => ({ visits: 'a', saw: String(visits) })) as never,
      )
      .addNode(
        'b' as never,
        (({ visits }: { visits?: string }) => ({
          visits: 'b',
          saw: `${String(visits)} ${String(interrupt('?'))}`,
        })) as never,
      )
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never)
  },
  [{ visits: 'in' }, new Command({ resume: 'yes' }), {}],
)

sameRuns(
  'a state that is one value, folded by its reducer',
  ({ StateGraph }) =>
    new StateGraph({
      __root__: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
    } as never)
      .addNode('a' as never, ((list: string[]) => [`a after ${list.length}`]) as never)
      .addNode(
        'b' as never,
        ((list: string[]) => new Command({ update: [`b after ${list.length}`] as never })) as never,
      )
      .addNode('ask' as never, (() => [String(interrupt('?'))]) as never)
      .addNode('reset' as never, (() => new Overwrite(['reset'])) as never)
      .addEdge(START, 'a' as never)
      .addEdge('a' as never, 'b' as never)
      .addConditionalEdges('b' as never, ((list: string[]) => (list.length > 3 ? 'ask' : 'reset')) as never),
  [['in'], ['in', 'again'], new Command({ resume: 'yes' }), ['more'], new Command({ resume: 'no' })],
)

sameRuns(
  'a state that is one value takes whatever is no nothing',
  ({ StateGraph }) =>
    new StateGraph({ __root__: Annotation<unknown> } as never)
      .addNode('null' as never, (() => null) as never)
      .addNode('nothing' as never, (() => undefined) as never)
      .addNode('zero' as never, (() => 0) as never)
      .addNode('text' as never, ((value: unknown) => `${String(value)}!`) as never)
      .addEdge(START, 'null' as never)
      .addEdge('null' as never, 'nothing' as never)
      .addEdge('nothing' as never, 'zero' as never)
      .addEdge('zero' as never, 'text' as never),
  ['x', 0, false],
)

/** A plain Pregel, whose nodes name their channels themselves, and the outcome of these inputs on one thread. */
async function outcomes({ Pregel }: Vocabulary, fields: object, inputs: readonly unknown[]) {
  const saver = new MemorySaver()
  const graph = new Pregel({ checkpointer: saver, ...fields } as never)
  const thread = { configurable: { thread_id: 't' } }
  const seen: unknown[] = []
  for (const input of inputs)
    seen.push(await outcomeOf(() => graph.invoke(input, thread)), await graph.getState(thread))
  return { seen, records: storedRecords(saver) }
}

differential('a DynamicBarrierValue waits for the names that it is given', (vocabulary) =>
  outcomes(
    vocabulary,
    {
      nodes: {
        names: PregelChannel.subscribeTo('input')
          .pipe((names: string[]) => ({ __names: names }))
          .pipe(PregelChannel.writeTo(['barrier', 'go'])),
        a: PregelChannel.subscribeTo('go')
          .pipe(() => 'a')
          .pipe(PregelChannel.writeTo(['barrier'])),
        b: PregelChannel.subscribeTo('go')
          .pipe(() => 'b')
          .pipe(PregelChannel.writeTo(['barrier'])),
        after: PregelChannel.subscribeTo(['barrier'])
          .pipe(() => 'after')
          .pipe(PregelChannel.writeTo(['output'])),
      },
      channels: {
        input: new LastValue<string[]>(),
        go: new EphemeralValue<unknown>(),
        barrier: new DynamicBarrierValue<string>(),
        output: new EphemeralValue<string>(),
      },
      inputChannels: 'input',
      outputChannels: 'output',
    },
    [['a', 'b'], ['a', 'b', 'c'], ['b']],
  ),
)

/** Is there until a task that it triggered has run, and opens once more when nothing else is left to do. */
class Token extends BaseChannel<string, string, string | undefined> {
  lc_graph_name = 'Token'
  held: string | undefined
  isSpent = false

  fromCheckpoint(saved?: string): this {
    const channel = new Token()
    channel.held = saved
    return channel as this
  }

  update(values: string[]): boolean {
    if (values.length === 0) return false
    this.held = values.join('+')
    return true
  }

  override consume(): boolean {
    if (this.held === undefined) return false
    this.held = undefined
    return true
  }

  override finish(): boolean {
    if (this.held !== undefined || this.isSpent) return false
    this.isSpent = true
    this.held = 'finished'
    return true
  }

  get(): string {
    if (this.held === undefined) throw new EmptyChannelError()
    return this.held
  }

  checkpoint(): string {
    return this.get()
  }
}

differential(
  "a channel of the user's is told when it is consumed, and when nothing is left to do",
  (vocabulary) =>
    outcomes(
      vocabulary,
      {
        nodes: {
          take: PregelChannel.subscribeTo('token')
            .pipe((token: string) => `took ${token}`)
            .pipe(PregelChannel.writeTo(['output'])),
        },
        channels: { token: new Token(), output: new Topic<string>({ accumulate: true }) },
        inputChannels: 'token',
        outputChannels: 'output',
      },
      ['one', 'two'],
    ),
)
