import { setImmediate } from 'node:timers/promises'
import { Command, MemorySaver, getPreviousState, interrupt, task } from '@langchain/langgraph'
import { differential } from './harness/differential.ts'
import { sameFlows } from './harness/flows.ts'
import { compareText } from './harness/masked.ts'
import { collect, historyOf, outcomeOf } from './harness/observe.ts'
import { storedRecords } from './harness/stored-records.ts'

const thread = { configurable: { thread_id: 't' } }

sameFlows(
  'an entrypoint asks',
  ({ entrypoint }, options) =>
    entrypoint({ name: 'flow', ...options }, async (topic: string) => {
      const answer: unknown = interrupt({ question: `about ${topic}?` })
      return { topic, answer }
    }),
  ['cats', new Command({ resume: 'yes' }), 'dogs', new Command({ resume: { a: [1] } })],
)

sameFlows(
  'an entrypoint asks again and again',
  ({ entrypoint }, options) => {
    let runs = 0
    const note = task('note', async (text: string) => `${text} in run ${++runs}`)
    return entrypoint({ name: 'flow', ...options }, async (count: number) => {
      const notes: string[] = []
      for (let index = 0; index < count; index++)
        notes.push(await note(String(interrupt(`question ${index}`))))
      return notes
    })
  },
  [3, ...['a', 'b', 'c'].map((resume) => new Command({ resume })), 1, new Command({ resume: 'd' })],
)

sameFlows(
  'tasks that ask, one after the other',
  ({ entrypoint }, options) => {
    const ask = task('ask', async (about: string) => `${about}: ${String(interrupt(about))}`)
    return entrypoint({ name: 'flow', ...options }, async () => [await ask('one'), await ask('two')])
  },
  ['in', new Command({ resume: 'a' }), new Command({ resume: 'b' })],
)

sameFlows(
  'a task that asks twice, beside one that has finished',
  ({ entrypoint }, options) => {
    let runs = 0
    const count = task('count', async () => ++runs)
    const ask = task('ask', async () => [interrupt<string, string>('one'), interrupt<string, string>('two')])
    return entrypoint({ name: 'flow', ...options }, async () => ({
      before: await count(),
      answers: await ask(),
      after: await count(),
    }))
  },
  ['in', new Command({ resume: 'a' }), new Command({ resume: 'b' }), 'in'],
)

differential('a task that asks in a nested task', async ({ entrypoint }) => {
  const inner = task('inner', async () => interrupt<string, string>('inner?'))
  const outer = task('outer', async () => `${await inner()} outer`)
  const checkpointer = new MemorySaver()
  const flow = entrypoint({ name: 'flow', checkpointer }, async () => `${await outer()} flow`)
  const seen: unknown[] = []
  for (const input of ['in', new Command({ resume: 'a' }), 'again', new Command({ resume: 'b' })]) {
    seen.push(await collect(flow.stream(input, { ...thread, streamMode: ['updates', 'values'] })))
    seen.push(await flow.getState(thread))
  }
  return [seen, await historyOf(flow, thread), storedRecords(checkpointer)]
})

interface Question {
  readonly id: string
  readonly value: unknown
}

differential('tasks that ask side by side, answered by id', async ({ entrypoint }) => {
  const ran: string[] = []
  const ask = task('ask', async (about: string) => {
    ran.push(about)
    return `${about}: ${String(interrupt(about))}`
  })
  const plain = task('plain', async () => {
    ran.push('plain')
    return 'plain'
  })
  const checkpointer = new MemorySaver()
  const flow = entrypoint({ name: 'flow', checkpointer }, async () =>
    Promise.all([ask('one'), plain(), ask('two')]),
  )
  const asked = (await flow.invoke(1, thread)) as unknown as { __interrupt__: Question[] }
  const questions = asked.__interrupt__.toSorted((a, b) => String(a.value).localeCompare(String(b.value)))
  const seen: unknown[] = [questions, await flow.getState(thread)]
  for (const { id, value } of questions) {
    seen.push(
      await outcomeOf(() => flow.invoke(new Command({ resume: { [id]: `to ${String(value)}` } }), thread)),
    )
    seen.push(await flow.getState(thread))
  }
  return [seen, ran, storedRecords(checkpointer)]
})

differential('tasks that ask side by side, all answered at once', async ({ entrypoint }) => {
  const ask = task('ask', async (about: string) => `${about}: ${String(interrupt(about))}`)
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () =>
    Promise.all([ask('one'), ask('two'), ask('three')]),
  )
  const asked = (await flow.invoke(1, thread)) as unknown as { __interrupt__: Question[] }
  const resume = Object.fromEntries(asked.__interrupt__.map(({ id, value }) => [id, `to ${String(value)}`]))
  return [
    asked.__interrupt__.map(({ value }) => String(value)).toSorted(compareText),
    await collect(flow.stream(new Command({ resume }), { ...thread, streamMode: ['updates', 'values'] })),
    await flow.getState(thread),
  ]
})

differential('a question streams', async ({ entrypoint }) => {
  const ask = task('ask', async () => interrupt<string, string>('task?'))
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => [
    interrupt<string, string>('flow?'),
    await ask(),
  ])
  const seen: unknown[] = []
  for (const input of ['in', new Command({ resume: 'a' }), new Command({ resume: 'b' })]) {
    seen.push(await collect(flow.stream(input, thread)))
    seen.push(await flow.getState(thread))
  }
  return seen
})

for (const mode of ['values', 'updates', 'tasks', 'debug', 'checkpoints', 'custom', 'messages'] as const) {
  differential(`a question in the mode ${mode}, alone`, async ({ entrypoint }) => {
    const ask = task('ask', async () => interrupt<string, string>('task?'))
    const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => [
      interrupt<string, string>('flow?'),
      await ask(),
    ])
    const seen: unknown[] = []
    for (const input of ['in', new Command({ resume: 'a' }), new Command({ resume: 'b' })])
      seen.push(await collect(flow.stream(input, { ...thread, streamMode: mode })))
    return seen
  })
}

differential('a question without a saver', async ({ entrypoint }) => {
  const flow = entrypoint('flow', async () => interrupt<string, string>('?'))
  const ask = task('ask', async () => interrupt<string, string>('?'))
  const calls = entrypoint('calls', async () => ask())
  return [
    await outcomeOf(() => flow.invoke(1)),
    await collect(flow.stream(1)),
    await outcomeOf(() => calls.invoke(1)),
    await outcomeOf(() => flow.invoke(new Command({ resume: 1 }))),
  ]
})

differential('a caught question', async ({ entrypoint }) => {
  const seen: unknown[] = []
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => {
    try {
      return interrupt<string, string>('?')
    } catch (error) {
      seen.push((error as Error).name)
      throw error
    }
  })
  seen.push(await flow.invoke(1, thread), await flow.invoke(new Command({ resume: 'yes' }), thread))
  return seen
})

differential('a question after tasks of which one is slow', async ({ entrypoint }) => {
  const ran: string[] = []
  const slow = task('slow', async () => {
    await setImmediate()
    ran.push('slow')
    return 'slow'
  })
  const quick = task('quick', async () => {
    ran.push('quick')
    return 'quick'
  })
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => {
    const pending = slow()
    const first = await quick()
    const answer = interrupt<string, string>('?')
    return [first, answer, await pending]
  })
  return [
    await flow.invoke(1, thread),
    await flow.invoke(new Command({ resume: 'yes' }), thread),
    ran.toSorted(),
  ]
})

differential('an essay that is reviewed', async ({ entrypoint }) => {
  let written = 0
  const compose = task('compose', async (topic: string) => `essay ${++written} about ${topic}`)
  const checkpointer = new MemorySaver()
  const flow = entrypoint({ name: 'review', checkpointer }, async (topic: string) => {
    const essay = await compose(topic)
    const review = interrupt<object, string>({ question: 'Please review', essay })
    return { essay, review, before: getPreviousState<unknown>() ?? null }
  })
  const seen: unknown[] = []
  for (const input of ['cats', new Command({ resume: 'great' }), 'dogs', new Command({ resume: 'poor' })]) {
    seen.push(await collect(flow.stream(input, { ...thread, streamMode: 'updates' })))
    seen.push(await flow.getState(thread))
  }
  return [seen, written, await historyOf(flow, thread)]
})

differential('a new input while a question is open', async ({ entrypoint }) => {
  const ask = task('ask', async (about: string) => `${about}: ${String(interrupt(about))}`)
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (about: string) =>
    ask(about),
  )
  return [
    await flow.invoke('one', thread),
    await flow.invoke('two', thread),
    await flow.getState(thread),
    await flow.invoke(new Command({ resume: 'answer' }), thread),
    await flow.getState(thread),
  ]
})

differential('null goes on, and the question is asked again', async ({ entrypoint }) => {
  let runs = 0
  const count = task('count', async () => ++runs)
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => [
    await count(),
    interrupt<string, string>('?'),
  ])
  return [
    await flow.invoke('one', thread),
    await flow.invoke(null, thread),
    await flow.invoke(null, thread),
    await flow.invoke(new Command({ resume: 'yes' }), thread),
    runs,
  ]
})

differential('going back to the checkpoint of a question, with another answer', async ({ entrypoint }) => {
  let runs = 0
  const count = task('count', async () => ++runs)
  const checkpointer = new MemorySaver()
  const flow = entrypoint({ name: 'flow', checkpointer }, async (about: string) => ({
    about,
    count: await count(),
    answer: interrupt<string, string>('?'),
    previous: getPreviousState<unknown>() ?? null,
  }))
  await flow.invoke('one', thread)
  const { config: at } = await flow.getState(thread)
  const seen: unknown[] = [
    await flow.invoke(new Command({ resume: 'first' }), thread),
    await outcomeOf(() => flow.invoke(new Command({ resume: 'second' }), at)),
    await flow.getState(thread),
    await outcomeOf(() => flow.invoke(null, at)),
    await flow.invoke('two', thread),
    await flow.invoke(new Command({ resume: 'third' }), thread),
  ]
  return [seen, await historyOf(flow, thread), runs]
})

differential('the state of a flow is edited', async ({ entrypoint }) => {
  const checkpointer = new MemorySaver()
  const flow = entrypoint(
    { name: 'flow', checkpointer },
    async (n: number) => n + (getPreviousState<number>() ?? 0),
  )
  const seen: unknown[] = [await flow.invoke(1, thread)]
  const edits: [unknown, string?][] = [
    [100, 'flow'],
    [{ __previous__: 7 }],
    [{ __end__: 5 }, 'flow'],
    [3],
    [1, 'missing'],
  ]
  for (const [values, asNode] of edits) {
    seen.push(await outcomeOf(() => flow.updateState(thread, values, asNode)))
    seen.push(await flow.getState(thread))
    seen.push(await outcomeOf(() => flow.invoke(1, thread)))
  }
  return [seen, await historyOf(flow, thread)]
})

differential('a flow goes back in its history', async ({ entrypoint }) => {
  const checkpointer = new MemorySaver()
  let runs = 0
  const count = task('count', async () => ++runs)
  const flow = entrypoint({ name: 'flow', checkpointer }, async (n: number) => {
    await count()
    return n + (getPreviousState<number>() ?? 0)
  })
  for (const n of [1, 2, 3]) await flow.invoke(n, thread)
  const history = await historyOf(flow, thread)
  const seen: unknown[] = [history]
  for (const { config } of history.toReversed()) {
    seen.push(await outcomeOf(() => flow.invoke(null, config)))
    seen.push(await outcomeOf(() => flow.invoke(10, config)))
  }
  return [seen, runs, await historyOf(flow, thread)]
})

differential('the history of a flow, filtered and limited', async ({ entrypoint }) => {
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (n: number) => n)
  for (const n of [1, 2, 3]) await flow.invoke(n, thread)
  const steps = async (options: object) => {
    const found: unknown[] = []
    for await (const { metadata, values } of flow.getStateHistory(thread, options))
      found.push([metadata?.step, metadata?.source, values])
    return found
  }
  return [await steps({}), await steps({ limit: 2 }), await steps({ filter: { source: 'input' } })]
})
