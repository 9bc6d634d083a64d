import { setImmediate } from 'node:timers/promises'
import {
  BinaryOperatorAggregate,
  Command,
  MemorySaver,
  Send,
  interrupt,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import {
  AnyValue,
  EphemeralValue,
  LastValue,
  NamedBarrierValue,
  Topic,
  UntrackedValueChannel,
} from '@langchain/langgraph/channels'
import { Channel } from '@langchain/langgraph/pregel'
import { RunnableLambda, RunnablePassthrough } from '@langchain/core/runnables'
import { InMemoryCache } from '@langchain/langgraph-checkpoint'
import { vi } from 'vitest'
import { differential, type Vocabulary } from './harness/differential.ts'
import { sameFlows, type FlowOptions } from './harness/flows.ts'
import { collect, historyOf, outcomeOf } from './harness/observe.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }
const addOne = (n: number) => n + 1
const sum = (a: number, b: number) => a + b
const joined = () =>
  new BinaryOperatorAggregate<string[]>(
    (a, b) => a.concat(b),
    () => [],
  )

/** Any fields a Pregel takes, without the types of its channels. */
type Fields = Record<string, unknown>

function pregel({ Pregel }: Vocabulary, fields: Fields) {
  return new Pregel(fields as never) as unknown as {
    invoke(input: unknown, config?: object): Promise<unknown>
    stream(input: unknown, config?: object): Promise<AsyncIterable<unknown>>
    batch(inputs: unknown[], config?: object): Promise<unknown[]>
    getState(config: object, options?: object): Promise<unknown>
    updateState(config: object, values: unknown, asNode?: string): Promise<unknown>
    getStateHistory(config: object): AsyncIterable<never>
    withConfig(config: object): { invoke(input: unknown, config?: object): Promise<unknown> }
    getGraphAsync(): Promise<unknown>
  }
}

const one = (vocabulary: Vocabulary, more: Fields = {}) =>
  pregel(vocabulary, {
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
    ...more,
  })

const two = (vocabulary: Vocabulary, more: Fields = {}) =>
  pregel(vocabulary, {
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['inbox'])),
      two: Channel.subscribeTo('inbox')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: {
      input: new LastValue<number>(),
      inbox: new LastValue<number>(),
      output: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: 'output',
    ...more,
  })

/** Registers tests of what such a Pregel does: without a saver and with one, in all modes, and what it keeps. */
function sameRunsOf(
  name: string,
  fields: (options: FlowOptions) => Fields,
  inputs: readonly unknown[],
  config: object = {},
): void {
  sameFlows(name, (vocabulary, options) => pregel(vocabulary, { ...fields(options), ...options }), {
    inputs,
    config,
  })
}

sameRunsOf(
  'one process, in and out',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
    streamMode: 'values',
  }),
  [2, 3, 0],
)

sameRunsOf(
  'one process, with lists of channels',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<number>(), output: new LastValue<number>() },
    inputChannels: ['input'],
    outputChannels: ['output'],
  }),
  [{ input: 2 }, { input: 3, unknown: 1 }, { unknown: 1 }, 5, null],
)

sameRunsOf(
  'two processes in a row',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['inbox'])),
      two: Channel.subscribeTo('inbox')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: {
      input: new LastValue<number>(),
      inbox: new LastValue<number>(),
      output: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: 'output',
    streamChannels: ['inbox', 'output'],
  }),
  [2, 5],
)

sameRunsOf(
  'channels that live for one superstep',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['inbox'])),
      two: Channel.subscribeTo('inbox')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: {
      input: new EphemeralValue<number>(),
      inbox: new EphemeralValue<number>(),
      output: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: 'output',
  }),
  [2, 5],
)

sameRunsOf(
  'a process that does not write where nobody asks',
  () => ({
    nodes: { one: Channel.subscribeTo('input').pipe(addOne) },
    channels: { input: new LastValue<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
  }),
  [2],
)

sameRunsOf(
  'processes that write to the same channel, which keeps one value',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
      two: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
  }),
  [2],
)

sameRunsOf(
  'processes that write to the same topic',
  () => ({
    nodes: {
      two: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
      one: Channel.subscribeTo('input')
        .pipe((n: number) => n * 10)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<number>(), output: new Topic<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
  }),
  [2, 3],
)

sameRunsOf(
  'a process that writes to many channels: constants, functions, and what is nothing',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input').pipe(
        Channel.writeTo(['output'], {
          fixed: 5,
          computed: (n: number) => n * 2,
          runnable: RunnableLambda.from((n: number) => n * 3),
          skipped: () => undefined,
          nothing: null,
        }),
      ),
    },
    channels: {
      input: new LastValue<number>(),
      output: new LastValue<number>(),
      fixed: new LastValue<number>(),
      computed: new LastValue<number>(),
      runnable: new LastValue<number>(),
      skipped: new LastValue<number>(),
      nothing: new LastValue<null>(),
    },
    inputChannels: 'input',
    outputChannels: ['output', 'fixed', 'computed', 'runnable', 'skipped', 'nothing'],
  }),
  [2, 7],
)

sameRunsOf(
  'processes joined by a channel of records',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['inbox'])),
      chainFour: Channel.subscribeTo('inbox')
        .pipe((list: number[]) => list.reduce(sum))
        .pipe(Channel.writeTo(['output'])),
      two: Channel.subscribeTo('input')
        .pipe((n: number) => n * 2)
        .pipe(Channel.writeTo(['inbox'])),
    },
    channels: { input: new LastValue<number>(), inbox: new Topic<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
  }),
  [2, 3],
)

sameRunsOf(
  'topics whose values are unique',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input').pipe(Channel.writeTo(['unique', 'plain'])),
      two: Channel.subscribeTo('input').pipe(Channel.writeTo(['unique', 'plain'])),
    },
    channels: {
      input: new LastValue<number>(),
      unique: new Topic<number>({ unique: true }),
      plain: new Topic<number>(),
    },
    inputChannels: 'input',
    outputChannels: ['unique', 'plain'],
  }),
  [2, 2, 3],
)

sameRunsOf(
  'a cycle until a process writes nothing',
  () => ({
    nodes: {
      grow: Channel.subscribeTo('value').pipe(
        Channel.writeTo([], { value: (text: string) => (text.length < 5 ? text + text : undefined) }),
      ),
    },
    channels: { value: new EphemeralValue<string>() },
    inputChannels: ['value'],
    outputChannels: ['value'],
  }),
  [{ value: 'a' }],
)

sameRunsOf(
  'a cycle without an end',
  () => ({
    nodes: {
      forever: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['input'])),
    },
    channels: { input: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'input',
  }),
  [],
)

differential('a cycle reaches the recursion limit', async (vocabulary) => {
  const graph = pregel(vocabulary, {
    nodes: {
      forever: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['input'])),
    },
    channels: { input: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'input',
  })
  const outcome = (await outcomeOf(() => graph.invoke(1, { recursionLimit: 5 }))) as {
    error: Error & { lc_error_code: string }
  }
  const stream = await collect(graph.stream(1, { recursionLimit: 5, streamMode: 'values' }))
  return { code: outcome.error.lc_error_code, values: stream.slice(0, -1) }
})

differential(
  'a process that reads several channels runs when all of them hold something',
  async (vocabulary) => {
    const graph = pregel(vocabulary, {
      nodes: {
        both: Channel.subscribeTo(['left', 'right'])
          .pipe((given: Record<string, unknown>) => JSON.stringify(given))
          .pipe(Channel.writeTo(['output'])),
      },
      channels: {
        left: new LastValue<number>(),
        right: new LastValue<number>(),
        output: new LastValue<string>(),
      },
      inputChannels: ['left', 'right'],
      outputChannels: ['output'],
      checkpointer: new MemorySaver(),
    })
    const inputs = [{ left: 1 }, { right: 2 }, { left: 3, right: 4 }, { right: 5 }]
    const seen: unknown[] = []
    for (const input of inputs)
      seen.push(await collect(graph.stream(input, { ...thread, streamMode: ['updates', 'values'] })))
    return seen
  },
)

sameRunsOf(
  'a process that reads more than it waits for',
  () => ({
    nodes: {
      one: Channel.subscribeTo(['input'])
        .join(['total'])
        .pipe((given: object) => JSON.stringify(given))
        .pipe(Channel.writeTo(['output'], { total: () => 5 })),
    },
    channels: {
      input: new LastValue<number>(),
      total: new BinaryOperatorAggregate<number>(sum),
      output: new LastValue<string>(),
    },
    inputChannels: 'input',
    outputChannels: 'output',
  }),
  [2, 3],
)

sameRunsOf(
  'a process that gets one channel under a key',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input', { key: 'n', tags: ['tag'] } as never)
        .pipe((given: { n: number }) => given.n + 1)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
  }),
  [2],
)

differential('a key with several channels is refused', () =>
  outcomeOf(() => Channel.subscribeTo(['a', 'b'], { key: 'n' } as never)),
)

sameRunsOf(
  'channels that add up',
  () => ({
    nodes: {
      a: Channel.subscribeTo('input').pipe(Channel.writeTo(['total'], { log: () => ['a'] })),
      b: Channel.subscribeTo('input').pipe(Channel.writeTo(['total'], { log: () => ['b'] })),
      done: Channel.subscribeTo(['total']).pipe(Channel.writeTo([], { log: () => ['done'] })),
    },
    channels: {
      input: new LastValue<number>(),
      total: new BinaryOperatorAggregate<number>(sum, () => 100),
      log: joined(),
    },
    inputChannels: 'input',
    outputChannels: ['total', 'log'],
  }),
  [2, 3],
)

sameRunsOf(
  'other kinds of channels',
  () => ({
    nodes: {
      a: Channel.subscribeTo('input').pipe(Channel.writeTo(['any', 'untracked'], { barrier: () => 'a' })),
      b: Channel.subscribeTo('input').pipe(Channel.writeTo(['any'], { barrier: () => 'b' })),
      joined: Channel.subscribeTo('barrier').pipe(Channel.writeTo([], { log: () => ['joined'] })),
    },
    channels: {
      input: new LastValue<number>(),
      any: new AnyValue<number>(),
      untracked: new UntrackedValueChannel<number>(),
      barrier: new NamedBarrierValue<string>(new Set(['a', 'b'])),
      log: joined(),
    },
    inputChannels: 'input',
    outputChannels: ['any', 'untracked', 'log'],
  }),
  [2, 3],
)

sameRunsOf(
  'an input for several channels, an output of several',
  () => ({
    nodes: {
      one: Channel.subscribeTo('a')
        .pipe(addOne)
        .pipe(Channel.writeTo(['x'])),
      two: Channel.subscribeTo('b')
        .pipe(addOne)
        .pipe(Channel.writeTo(['y'])),
    },
    channels: {
      a: new LastValue<number>(),
      b: new LastValue<number>(),
      x: new LastValue<number>(),
      y: new LastValue<number>(),
    },
    inputChannels: ['a', 'b'],
    outputChannels: ['x', 'y'],
    streamChannels: ['x'],
  }),
  [{ a: 1, b: 2 }, { b: 5 }, {}],
)

sameRunsOf(
  'a process that sends to another one',
  () => ({
    nodes: {
      fan: Channel.subscribeTo('input').pipe(
        RunnableLambda.from((count: number, config) => {
          const { __pregel_send: send } = config.configurable as {
            __pregel_send: (writes: unknown[]) => void
          }
          send(Array.from({ length: count }, (_, n) => ['__pregel_tasks', new Send('work', n)]))
          return count
        }),
      ),
      work: Channel.subscribeTo('never')
        .pipe((n: number) => [`work ${n}`])
        .pipe(Channel.writeTo(['log'])),
    },
    channels: { input: new LastValue<number>(), never: new EphemeralValue<number>(), log: joined() },
    inputChannels: 'input',
    outputChannels: 'log',
  }),
  [3, 1],
)

sameRunsOf(
  'a process that passes its input on, beside Runnables',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(RunnablePassthrough.assign({ doubled: ({ n }: { n: number }) => n * 2 }))
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<object>(), output: new LastValue<object>() },
    inputChannels: 'input',
    outputChannels: 'output',
  }),
  [{ n: 2 }],
)

sameRunsOf(
  'a process that fails, and is tried again when the thread goes on',
  () => {
    let left = 2
    return {
      nodes: {
        a: Channel.subscribeTo('input')
          .pipe(addOne)
          .pipe(Channel.writeTo(['total'])),
        b: Channel.subscribeTo('input')
          .pipe(async (n: number) => {
            await setImmediate()
            if (left-- > 0) throw new RangeError('not yet')
            return n
          })
          .pipe(Channel.writeTo(['total'])),
      },
      channels: { input: new LastValue<number>(), total: new BinaryOperatorAggregate<number>(sum) },
      inputChannels: 'input',
      outputChannels: 'total',
    }
  },
  [1, null, null],
)

sameRunsOf(
  'a policy for all processes',
  () => {
    let left = 2
    return {
      nodes: {
        a: Channel.subscribeTo('input')
          .pipe((n: number) => {
            if (left-- > 0) throw new Error('again')
            return n
          })
          .pipe(Channel.writeTo(['output'])),
      },
      channels: { input: new LastValue<number>(), output: new LastValue<number>() },
      inputChannels: 'input',
      outputChannels: 'output',
      retryPolicy: { initialInterval: 1, jitter: false, logWarning: false },
    }
  },
  [1, 2],
)

sameRunsOf(
  'a process that asks',
  () => ({
    nodes: {
      ask: Channel.subscribeTo('input')
        .pipe((n: number) => `${n} ${String(interrupt({ about: n }))} ${String(interrupt('again'))}`)
        .pipe(Channel.writeTo(['output'])),
      beside: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['beside'])),
    },
    channels: {
      input: new LastValue<number>(),
      output: new LastValue<string>(),
      beside: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: ['output', 'beside'],
  }),
  [1, new Command({ resume: 'a' }), new Command({ resume: 'b' }), 2],
)

sameRunsOf(
  'a process that calls tasks',
  () => {
    const double = task('double', async (n: number) => n * 2)
    return {
      nodes: {
        one: Channel.subscribeTo('input')
          .pipe(async (n: number) => (await double(n)) + (await double(n + 1)))
          .pipe(Channel.writeTo(['output'])),
      },
      channels: { input: new LastValue<number>(), output: new LastValue<number>() },
      inputChannels: 'input',
      outputChannels: 'output',
    }
  },
  [1, 2],
)

for (const breakpoint of [
  { interruptBefore: ['two'] },
  { interruptAfter: ['one'] },
  { interruptAfter: '*' },
  { interruptBefore: '*' },
]) {
  sameRunsOf(
    `a breakpoint: ${JSON.stringify(breakpoint)}`,
    () => ({
      nodes: {
        one: Channel.subscribeTo('input')
          .pipe(addOne)
          .pipe(Channel.writeTo(['inbox'])),
        two: Channel.subscribeTo('inbox')
          .pipe(addOne)
          .pipe(Channel.writeTo(['output'])),
      },
      channels: {
        input: new LastValue<number>(),
        inbox: new LastValue<number>(),
        output: new LastValue<number>(),
      },
      inputChannels: 'input',
      outputChannels: 'output',
      ...breakpoint,
    }),
    [1, null, null, 5, null],
  )
}

differential('state is edited, and gone on with', async (vocabulary) => {
  const checkpointer = new MemorySaver()
  const graph = two(vocabulary, { checkpointer, interruptAfter: ['one'] })
  const seen: unknown[] = [await graph.invoke(1, thread), await graph.getState(thread)]
  seen.push(await outcomeOf(() => graph.updateState(thread, 25, 'one')))
  seen.push(await graph.getState(thread))
  seen.push(await outcomeOf(() => graph.invoke(null, thread)))
  seen.push(await outcomeOf(() => graph.updateState(thread, { inbox: 3 })))
  seen.push(await graph.getState(thread), await historyOf(graph, thread), storedRecords(checkpointer))
  return seen
})

differential('a Pregel goes back', async (vocabulary) => {
  const checkpointer = new MemorySaver()
  const graph = two(vocabulary, { checkpointer })
  await graph.invoke(1, thread)
  await graph.invoke(10, thread)
  const history = (await historyOf(graph, thread)) as { config: object; values: unknown; next: string[] }[]
  const seen: unknown[] = []
  for (const { config, next } of history) seen.push(next, await outcomeOf(() => graph.invoke(null, config)))
  return [seen, await historyOf(graph, thread)]
})

differential('a total with a thread of its own, and a bad value that fails', async (vocabulary) => {
  const checkpointer = new MemorySaver()
  const graph = pregel(vocabulary, {
    nodes: {
      one: Channel.subscribeTo(['input'])
        .join(['total'])
        .pipe(({ input, total }: { input: number; total?: number }) => (total ?? 0) + input)
        .pipe((n: number) => {
          if (n > 10) throw new Error('Input is too large')
          return n
        })
        .pipe(Channel.writeTo(['output', 'total'])),
    },
    channels: {
      input: new LastValue<number>(),
      total: new BinaryOperatorAggregate<number>(sum),
      output: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: 'output',
    checkpointer,
  })
  const on = (id: string) => ({ configurable: { thread_id: id } })
  const seen: unknown[] = []
  for (const [id, input] of [
    ['1', 2],
    ['1', 3],
    ['1', 4],
    ['2', 5],
    ['1', 1],
  ] as const) {
    seen.push(await outcomeOf(() => graph.invoke(input, on(id))))
    seen.push(await graph.getState(on(id)))
  }
  return [seen, storedRecords(checkpointer)]
})

differential('what is asked of a run: keys in and out', async (vocabulary) => {
  const graph = two(vocabulary)
  return [
    await graph.invoke(1, { outputKeys: 'inbox' }),
    await graph.invoke(1, { outputKeys: ['inbox', 'output'] }),
    await graph.invoke(1, { outputKeys: ['output'] }),
    await outcomeOf(() => graph.invoke(1, { outputKeys: 'unknown' })),
    await outcomeOf(() => graph.invoke(1, { outputKeys: ['output', 'unknown'] })),
    await outcomeOf(() => graph.invoke(1, { inputKeys: 'inbox' })),
    await collect(graph.stream(1, { outputKeys: ['inbox', 'output'] })),
    await collect(graph.stream(1, { outputKeys: ['inbox'], streamMode: 'updates' })),
    await collect(graph.stream(1, { streamMode: 'updates' })),
    await collect(graph.stream(1, { streamMode: 'values' })),
    await collect(graph.stream(1, { streamMode: ['updates', 'values'] })),
    await collect(graph.stream(1, { streamMode: 'debug' })),
    await collect(graph.stream(1)),
  ]
})

differential('modes that the Pregel itself names', async (vocabulary) => [
  await collect(two(vocabulary, { streamMode: 'updates' }).stream(1)),
  await collect(two(vocabulary, { streamMode: ['updates'] }).stream(1)),
  await collect(two(vocabulary, { streamMode: ['values', 'updates'] }).stream(1)),
  await collect(two(vocabulary, { streamChannels: 'inbox' }).stream(1)),
  await collect(two(vocabulary, { streamChannels: ['inbox'] }).stream(1)),
  await two(vocabulary, { streamMode: 'updates' }).invoke(1),
])

differential('inputs that are nothing', async (vocabulary) => {
  const seen: unknown[] = []
  for (const input of [undefined, null, 0, '', false, [], {}]) {
    seen.push(await outcomeOf(() => one(vocabulary).invoke(input)))
    seen.push(await outcomeOf(() => one(vocabulary, { inputChannels: ['input'] }).invoke(input)))
  }
  return seen
})

differential('what a constructor refuses', (vocabulary) => {
  const nodes = {
    one: Channel.subscribeTo('input')
      .pipe(addOne)
      .pipe(Channel.writeTo(['output'])),
  }
  const channels = () => ({ input: new LastValue<number>(), output: new LastValue<number>() })
  const fields = { nodes, inputChannels: 'input', outputChannels: 'output' }
  const wrong: Fields[] = [
    { ...fields },
    { ...fields, channels: channels(), inputChannels: 'missing' },
    { ...fields, channels: channels(), inputChannels: ['missing', 'output'] },
    { ...fields, channels: channels(), outputChannels: 'missing' },
    { ...fields, channels: channels(), outputChannels: ['output', 'missing'] },
    { ...fields, channels: channels(), streamChannels: 'missing' },
    { ...fields, channels: channels(), streamChannels: ['missing'] },
    { ...fields, channels: { output: new LastValue() } },
    { ...fields, channels: channels(), nodes: { one: {} } },
    { ...fields, channels: channels(), nodes: { __interrupt__: nodes.one } },
    { ...fields, channels: channels(), interruptBefore: ['missing'] },
    { ...fields, channels: channels(), interruptAfter: ['missing'] },
    { ...fields, channels: { ...channels(), __pregel_tasks: new LastValue() } },
    { ...fields, channels: channels(), autoValidate: false, inputChannels: 'missing' },
    { ...fields, channels: channels(), interruptAfter: '*' },
  ]
  return Promise.all(
    wrong.map(async (each) => {
      const outcome = await outcomeOf(() => pregel(vocabulary, each))
      return 'error' in outcome ? outcome : 'accepted'
    }),
  )
})

differential('writes to a channel that is not there', async (vocabulary) => {
  const graph = pregel(vocabulary, {
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output', 'missing'])),
    },
    channels: { input: new LastValue<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
  })
  return graph.invoke(1)
})

differential('writes to a reserved channel', async (vocabulary) => {
  const graph = pregel(vocabulary, {
    nodes: { one: Channel.subscribeTo('input').pipe(Channel.writeTo(['__pregel_tasks'])) },
    channels: { input: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'input',
  })
  return outcomeOf(() => graph.invoke(1))
})

sameRunsOf(
  'an ephemeral value that is written twice',
  () => ({
    nodes: {
      one: Channel.subscribeTo('input').pipe(Channel.writeTo(['guarded', 'free'])),
      two: Channel.subscribeTo('input').pipe(Channel.writeTo(['free'])),
      three: Channel.subscribeTo('free').pipe(Channel.writeTo(['output'])),
    },
    channels: {
      input: new LastValue<number>(),
      guarded: new EphemeralValue<number>(),
      free: new EphemeralValue<number>(false),
      output: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: ['output', 'guarded', 'free'],
  }),
  [1, 2],
)

differential('a batch', async (vocabulary) => {
  const graph = two(vocabulary)
  return [await graph.batch([1, 2, 3]), await graph.batch([1, 2], { maxConcurrency: 1 })]
})

differential('a Pregel within another one', async (vocabulary) => {
  const inner = () =>
    pregel(vocabulary, {
      nodes: {
        first: Channel.subscribeTo('input')
          .pipe(addOne)
          .pipe(Channel.writeTo(['inbox'])),
        second: Channel.subscribeTo('inbox')
          .pipe(addOne)
          .pipe(Channel.writeTo(['output'])),
      },
      channels: {
        input: new LastValue<number>(),
        inbox: new LastValue<number>(),
        output: new LastValue<number>(),
      },
      inputChannels: 'input',
      outputChannels: 'output',
    })
  const checkpointer = new MemorySaver()
  const outer = pregel(vocabulary, {
    nodes: {
      nested: Channel.subscribeTo('input')
        .pipe(inner() as never)
        .pipe(Channel.writeTo(['between'])),
      after: Channel.subscribeTo('between')
        .pipe((n: number) => n * 10)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: {
      input: new LastValue<number>(),
      between: new LastValue<number>(),
      output: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: 'output',
    checkpointer,
  })
  const modes = ['updates', 'values', 'tasks', 'checkpoints', 'debug']
  return [
    await outer.invoke(1, thread),
    await collect(outer.stream(2, { ...thread, streamMode: modes, subgraphs: true })),
    await collect(outer.stream(3, { ...thread, streamMode: 'updates' })),
    await outer.getState(thread, { subgraphs: true }),
    storedRecords(checkpointer),
  ]
})

differential('a Pregel that asks, within another one', async (vocabulary) => {
  const inner = pregel(vocabulary, {
    nodes: {
      asks: Channel.subscribeTo('input')
        .pipe((n: number) => `${n} ${String(interrupt('inner?'))}`)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<number>(), output: new LastValue<string>() },
    inputChannels: 'input',
    outputChannels: 'output',
  })
  const checkpointer = new MemorySaver()
  const outer = pregel(vocabulary, {
    nodes: {
      nested: Channel.subscribeTo('input')
        .pipe(inner as never)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<number>(), output: new LastValue<string>() },
    inputChannels: 'input',
    outputChannels: 'output',
    checkpointer,
  })
  return [
    await outer.invoke(1, thread),
    await outer.getState(thread, { subgraphs: true }),
    await outer.invoke(new Command({ resume: 'yes' }), thread),
    await outer.getState(thread, { subgraphs: true }),
    storedRecords(checkpointer),
  ]
})

differential('what a process sees', async (vocabulary) => {
  const seen: unknown[] = []
  const graph = pregel(vocabulary, {
    name: 'looks',
    nodes: {
      one: Channel.subscribeTo('input', { tags: ['of node'] })
        .pipe(
          RunnableLambda.from((n: number, config) => {
            const { metadata, tags, configurable, runName, recursionLimit, context } =
              config as LangGraphRunnableConfig
            seen.push({ metadata, tags, configurable, runName, recursionLimit, context })
            return n
          }),
        )
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
    checkpointer: new MemorySaver(),
    config: { tags: ['bound'], metadata: { bound: 1 } },
  })
  await graph.invoke(1, {
    ...thread,
    tags: ['given'],
    metadata: { given: 1 },
    context: { user: 'me' },
    recursionLimit: 9,
  })
  await graph.withConfig({ configurable: { thread_id: 'other' }, tags: ['more'] }).invoke(2)
  return seen
})

differential('a superstep that takes too long', async (vocabulary) => {
  const graph = one(vocabulary, {
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(async () => new Promise<never>(() => undefined))
        .pipe(Channel.writeTo(['output'])),
    },
    stepTimeout: 5,
  })
  return outcomeOf(() => graph.invoke(1))
})

differential('a caller stops a Pregel', async (vocabulary) => {
  const stopper = new AbortController()
  const graph = one(vocabulary, {
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(async () => {
          stopper.abort()
          await setImmediate()
        })
        .pipe(Channel.writeTo(['output'])),
    },
  })
  return outcomeOf(() => graph.invoke(1, { signal: stopper.signal }))
})

differential('a Pregel is drawn', async (vocabulary) => {
  const drawn = (await two(vocabulary).getGraphAsync()) as { toJSON(): object; drawMermaid(): string }
  return [drawn.toJSON(), drawn.drawMermaid()]
})

differential('topics that accumulate', async (vocabulary) => {
  const checkpointer = new MemorySaver()
  const graph = pregel(vocabulary, {
    nodes: {
      one: Channel.subscribeTo('input').pipe(Channel.writeTo(['all'])),
      two: Channel.subscribeTo('input').pipe(Channel.writeTo(['all'])),
    },
    channels: { input: new LastValue<number>(), all: new Topic<number>({ accumulate: true }) },
    inputChannels: 'input',
    outputChannels: 'all',
    checkpointer,
  })
  const seen: unknown[] = []
  for (const input of [2, 2, 3]) seen.push([...((await graph.invoke(input, thread)) as number[])])
  return [seen, storedRecords(checkpointer)]
})

differential('a Pregel shows what it is', (vocabulary) => {
  const { Pregel } = vocabulary
  const graph = two(vocabulary, { name: 'mine' }) as unknown as Record<string, unknown> & {
    getName(): string
    lc_id: string[]
  }
  return [
    graph['name'],
    graph.getName(),
    graph.lc_id,
    graph.constructor.name,
    Pregel.name,
    Pregel.lc_name(),
    graph instanceof Pregel,
    graph['streamMode'],
    graph['streamChannelsList'],
    graph['streamChannelsAsIs'],
    Object.keys(graph['channels'] as object),
  ]
})

/** A node with all that its constructor takes. */
const nodeWith = (fields: Fields) => {
  const PregelNode = Channel.subscribeTo('x').constructor as new (fields: Fields) => unknown
  return new PregelNode(fields)
}

const alone = (vocabulary: Vocabulary, node: unknown, more: Fields = {}) =>
  pregel(vocabulary, {
    nodes: { one: node },
    channels: { input: new LastValue<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
    ...more,
  })

differential('a node with a mapper, metadata, tags and a policy of its own', async (vocabulary) => {
  let left = 1
  const seen: unknown[] = []
  const node = nodeWith({
    channels: ['input'],
    triggers: ['input'],
    mapper: (n: number) => ({ mapped: n }),
    metadata: { of: 'node' },
    tags: ['of node'],
    retryPolicy: { initialInterval: 1, jitter: false, logWarning: false },
    bound: RunnableLambda.from((given: { mapped: number }, config) => {
      const { metadata, tags } = config
      seen.push(given, metadata, tags)
      if (left-- > 0) throw new Error('again')
      return given.mapped
    }),
    writers: [Channel.writeTo(['output'])],
  })
  const graph = alone(vocabulary, node, { checkpointer: new MemorySaver() })
  return [
    await collect(graph.stream(1, { ...thread, streamMode: ['tasks', 'updates', 'debug'] })),
    await graph.getState(thread),
    seen,
  ]
})

differential('a node with a cache', async (vocabulary) => {
  let runs = 0
  const node = () =>
    nodeWith({
      channels: ['input'],
      triggers: ['input'],
      cachePolicy: { ttl: 60 },
      bound: RunnableLambda.from((n: number) => n * 10 + ++runs),
      writers: [Channel.writeTo(['output'])],
    })
  const graph = alone(vocabulary, node(), { cache: new InMemoryCache() })
  return [
    await graph.invoke(1),
    await graph.invoke(1),
    await graph.invoke(2),
    await collect(graph.stream(1, { streamMode: 'updates' })),
    runs,
  ]
})

differential('a node that runs out of time', async (vocabulary) => {
  const node = nodeWith({
    channels: ['input'],
    triggers: ['input'],
    timeout: { runTimeout: 5 },
    bound: RunnableLambda.from(async () => new Promise<never>(() => undefined)),
    writers: [Channel.writeTo(['output'])],
  })
  const { error } = (await outcomeOf(() => alone(vocabulary, node).invoke(1))) as {
    error: Record<string, unknown>
  }
  return [error['name'], error['node'], error['kind'], error['runTimeout']]
})

differential('a node that is hidden', async (vocabulary) => {
  const graph = pregel(vocabulary, {
    nodes: {
      hidden: Channel.subscribeTo('input', { tags: ['langsmith:hidden'] })
        .pipe(addOne)
        .pipe(Channel.writeTo(['inbox'])),
      shown: Channel.subscribeTo('inbox')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: {
      input: new LastValue<number>(),
      inbox: new LastValue<number>(),
      output: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: 'output',
    checkpointer: new MemorySaver(),
  })
  return [
    await collect(graph.stream(1, { ...thread, streamMode: ['tasks', 'updates', 'values', 'debug'] })),
    await collect(graph.stream(1, { ...thread, streamMode: 'updates', interruptBefore: '*' })),
    await historyOf(graph, thread),
  ]
})

differential('a Pregel that prints what it does', async (vocabulary) => {
  const printed: string[] = []
  vi.spyOn(console, 'log').mockImplementation((...parts: unknown[]) => {
    printed.push(parts.map(String).join(' '))
  })
  const result = await two(vocabulary, { debug: true }).invoke(1)
  vi.restoreAllMocks()
  return [result, printed]
})

differential('a Pregel edits many states at once, and finds its subgraphs', async (vocabulary) => {
  const inner = one(vocabulary, { name: 'inner' })
  const outer = pregel(vocabulary, {
    nodes: {
      nested: Channel.subscribeTo('input')
        .pipe(inner as never)
        .pipe(Channel.writeTo(['output'])),
      plain: Channel.subscribeTo('output')
        .pipe(addOne)
        .pipe(Channel.writeTo(['last'])),
    },
    channels: {
      input: new LastValue<number>(),
      output: new LastValue<number>(),
      last: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: ['output', 'last'],
    checkpointer: new MemorySaver(),
  }) as unknown as {
    invoke(input: unknown, config: object): Promise<unknown>
    getSubgraphs(): Iterable<[string, { name: string }]>
    bulkUpdateState(config: object, steps: unknown[]): Promise<unknown>
    getState(config: object): Promise<unknown>
  }
  await outer.invoke(1, thread)
  return [
    [...outer.getSubgraphs()].map(([name, graph]) => [name, graph.name]),
    await outcomeOf(() =>
      outer.bulkUpdateState(thread, [
        { updates: [{ values: 5, asNode: 'nested' }] },
        { updates: [{ values: 7, asNode: 'plain' }] },
      ]),
    ),
    await outer.getState(thread),
  ]
})

differential('a command is the input of a Pregel', async (vocabulary) => {
  const graph = two(vocabulary, { checkpointer: new MemorySaver() })
  return [
    await outcomeOf(() => graph.invoke(new Command({ update: { inbox: 5 } }), thread)),
    await outcomeOf(() => graph.invoke(new Command({ update: [['inbox', 7]] }), thread)),
    await graph.getState(thread),
  ]
})

differential('a Pregel that is called for each of a list, within a node', async (vocabulary) => {
  const inner = one(vocabulary)
  const build = (more: Fields = {}) =>
    pregel(vocabulary, {
      nodes: {
        one: Channel.subscribeTo('input')
          .pipe((list: number[]) => list.map((n) => n * 10))
          .pipe(Channel.writeTo(['inbox'])),
        two: Channel.subscribeTo('inbox')
          .pipe((list: number[]) => inner.batch(list))
          .pipe(Channel.writeTo(['output'])),
        total: Channel.subscribeTo('output')
          .pipe((list: number[]) => list.reduce(sum))
          .pipe(Channel.writeTo(['total'])),
      },
      channels: {
        input: new LastValue<number[]>(),
        inbox: new LastValue<number[]>(),
        output: new LastValue<number[]>(),
        total: new LastValue<number>(),
      },
      inputChannels: 'input',
      outputChannels: ['output', 'total'],
      ...more,
    })
  const kept = build({ checkpointer: new MemorySaver() })
  return [
    await build().invoke([1, 2, 3]),
    await outcomeOf(() => kept.invoke([4, 5], thread)),
    await collect(build().stream([1, 2], { streamMode: ['updates', 'values'] })),
    await Promise.all(Array.from({ length: 5 }, (_, n) => build().invoke([n, n + 1]))),
  ]
})

differential('a chain of a hundred processes', async (vocabulary) => {
  const size = 100
  const links = Array.from({ length: size }, (_, n) => n)
  const graph = pregel(vocabulary, {
    nodes: Object.fromEntries(
      links.map((n) => [
        `link ${n}`,
        Channel.subscribeTo(n === 0 ? 'input' : `channel ${n}`)
          .pipe(addOne)
          .pipe(Channel.writeTo([n === size - 1 ? 'output' : `channel ${n + 1}`])),
      ]),
    ),
    channels: Object.fromEntries(
      ['input', 'output', ...links.slice(1).map((n) => `channel ${n}`)].map((name) => [
        name,
        new LastValue<number>(),
      ]),
    ),
    inputChannels: 'input',
    outputChannels: 'output',
  })
  return [
    await graph.invoke(2, { recursionLimit: size }),
    await outcomeOf(async () => {
      try {
        await graph.invoke(2)
      } catch (error) {
        return (error as { lc_error_code?: string }).lc_error_code
      }
    }),
    await graph.batch([2, 3, 4], { recursionLimit: size }),
  ]
})

differential('a process of an object of Runnables, and one that extends another', async (vocabulary) => {
  const first = Channel.subscribeTo('input').pipe({
    plus: (n: number) => n + 1,
    times: RunnableLambda.from((n: number) => n * 2),
  } as never)
  const graph = pregel(vocabulary, {
    nodes: {
      one: first.pipe(Channel.writeTo(['output'])),
      two: first
        .pipe(({ plus, times }: { plus: number; times: number }) => plus + times)
        .pipe(Channel.writeTo(['sum'])),
    },
    channels: {
      input: new LastValue<number>(),
      output: new LastValue<object>(),
      sum: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: ['output', 'sum'],
  })
  return [await graph.invoke(3), await collect(graph.stream(3, { streamMode: 'updates' }))]
})

differential('channels that two Pregels share', async (vocabulary) => {
  const channels = {
    input: new LastValue<number>(),
    total: new BinaryOperatorAggregate<number>(sum, () => 1),
  }
  const build = (factor: number) =>
    pregel(vocabulary, {
      nodes: {
        one: Channel.subscribeTo('input')
          .pipe((n: number) => n * factor)
          .pipe(Channel.writeTo(['total'])),
      },
      channels: { ...channels },
      inputChannels: 'input',
      outputChannels: 'total',
    })
  return [await build(1).invoke(5), await build(10).invoke(5), await build(1).invoke(5)]
})

differential('a class of its own', async (vocabulary) => {
  const { Pregel } = vocabulary
  class Mine extends Pregel<never, never> {
    double(n: number): Promise<unknown> {
      return this.invoke(n * 2)
    }
  }
  const graph = new Mine({
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe(addOne)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: { input: new LastValue<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
  } as never)
  return [
    await graph.double(2),
    graph instanceof Pregel,
    graph.constructor.name,
    graph.withConfig({}) instanceof Mine,
  ]
})

differential('fields that are set later', async (vocabulary) => {
  const graph = two(vocabulary) as unknown as Record<string, unknown> & ReturnType<typeof two>
  graph['checkpointer'] = new MemorySaver()
  const first = await graph.invoke(1, thread)
  graph['interruptBefore'] = ['two']
  const paused = await graph.invoke(5, thread)
  graph['streamMode'] = ['updates']
  return [first, paused, await graph.getState(thread), await collect(graph.stream(null, thread))]
})

differential('the newest of a saver, through Channel writes of several supersteps', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = pregel(vocabulary, {
    nodes: {
      count: Channel.subscribeTo('n')
        .pipe(
          RunnableLambda.from(async (n: number) => {
            await setImmediate()
            return n < 3 ? n + 1 : undefined
          }),
        )
        .pipe(
          Channel.writeTo([], {
            n: (n: number | undefined) => n,
            log: (n: number | undefined) => [`n ${n}`],
          }),
        ),
    },
    channels: { n: new EphemeralValue<number>(), log: joined() },
    inputChannels: 'n',
    outputChannels: 'log',
    checkpointer: saver,
  })
  await graph.invoke(0, thread)
  const tuple = await saver.getTuple(thread)
  return [tuple?.checkpoint, tuple?.metadata, tuple?.pendingWrites, await historyOf(graph, thread)]
})

differential('an object that a node throws, and no error, says whose task it is from', async (vocabulary) => {
  const thrown = { reason: 'odd' }
  const graph = pregel(vocabulary, {
    nodes: {
      odd: Channel.subscribeTo('input').pipe(() => {
        // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error
        throw thrown
      }),
    },
    channels: { input: new EphemeralValue<number>(), output: new LastValue<number>() },
    inputChannels: 'input',
    outputChannels: 'output',
  })
  const outcome = await outcomeOf(() => graph.invoke(1))
  return { outcome, keys: Object.keys(thrown) }
})
