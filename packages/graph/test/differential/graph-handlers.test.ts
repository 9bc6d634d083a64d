// Handlers that are told when a graph stops to ask, and when it goes on.
import { setImmediate } from 'node:timers/promises'
import { Command, GraphCallbackHandler, MemorySaver, START, interrupt } from '@langchain/langgraph'
import { vi } from 'vitest'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'

const thread = { configurable: { thread_id: 't' } }

/** Notes what it is told, among the runs around it. */
class Recorder extends GraphCallbackHandler {
  override name = 'recorder'
  readonly events: unknown[] = []
  readonly #isFailing: boolean

  constructor({ isFailing = false, raiseError = false } = {}) {
    super({ raiseError })
    this.#isFailing = isFailing
  }

  override handleInterrupt(event: object): void {
    this.events.push({ interrupted: { ...event } })
    if (this.#isFailing) throw new Error('cannot be told of an interrupt')
  }

  override async handleResume(event: object): Promise<void> {
    await setImmediate()
    this.events.push({ resumed: { ...event } })
    if (this.#isFailing) throw new Error('cannot be told of a resume')
  }

  override handleChainStart(
    ...[, , , , , , , name]: Parameters<NonNullable<GraphCallbackHandler['handleChainStart']>>
  ) {
    this.events.push(`${name} starts`)
  }

  override handleChainEnd(): void {
    this.events.push('ends')
  }

  override handleChainError(error: Error): void {
    this.events.push(`fails with ${error.name}`)
  }
}

const steps = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('b', noting('b'))
    .addNode('c', noting('c'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .addEdge('b', 'c')

const asking = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('a', () => ({ log: [String(interrupt('a?'))] }))
    .addNode('b', () => ({ log: [String(interrupt({ b: 1 }))] }))
    .addEdge(START, 'a')
    .addEdge(START, 'b')

const breakpoints = [
  { interruptBefore: ['c'] },
  { interruptAfter: ['a'] },
  { interruptBefore: '*' },
  { interruptAfter: '*' },
] as const

differential('a handler is told of static breakpoints, and before anything goes on', async (vocabulary) => {
  const seen: unknown[] = []
  for (const where of breakpoints) {
    for (const mode of ['invoke', 'stream'] as const) {
      const recorder = new Recorder()
      const graph = steps(vocabulary).compile({ checkpointer: new MemorySaver(), ...(where as object) })
      const config = { ...thread, callbacks: [recorder] }
      for (const input of [{}, null, null, null]) {
        if (mode === 'invoke') await graph.invoke(input, config)
        else await collect(graph.stream(input, config))
        recorder.events.push('next run')
      }
      seen.push(recorder.events)
    }
  }
  return seen
})

differential('a handler is told of breakpoints that a run sets', async (vocabulary) => {
  const recorder = new Recorder()
  const graph = steps(vocabulary).compile({ checkpointer: new MemorySaver() })
  await graph.invoke({}, { ...thread, callbacks: [recorder], interruptAfter: ['a'] })
  await graph.invoke(null, { ...thread, callbacks: [recorder] })
  return recorder.events
})

differential(
  'a handler is told of all questions at once, and of a resume by their ids',
  async (vocabulary) => {
    const recorder = new Recorder()
    const graph = asking(vocabulary).compile({ checkpointer: new MemorySaver() })
    const config = { ...thread, callbacks: [recorder] }
    await graph.invoke({}, config)
    const { tasks } = await graph.getState(thread)
    const answers = tasks.flatMap(({ interrupts }) => interrupts.map(({ id }) => [id!, 'yes']))
    await graph.invoke(new Command({ resume: Object.fromEntries(answers) as object }), config)
    return recorder.events
  },
)

differential(
  'a handler of a nested graph is told of its resume, and the root of its questions',
  async (vocabulary) => {
    const outer = new Recorder()
    const inner = new Recorder()
    const child = asking(vocabulary)
      .compile()
      .withConfig({ callbacks: [inner] })
    const graph = new vocabulary.StateGraph(Log)
      .addNode('child', child)
      .addEdge(START, 'child')
      .compile({ checkpointer: new MemorySaver() })
    const config = { ...thread, callbacks: [outer] }
    await graph.invoke({}, config)
    const { tasks } = await graph.getState(thread)
    const answers = tasks.flatMap(({ interrupts }) => interrupts.map(({ id }) => [id!, 'yes']))
    await graph.invoke(new Command({ resume: Object.fromEntries(answers) as object }), config)
    return [outer.events, inner.events]
  },
)

differential(
  'a handler is told when a thread goes on from a failure, from the past, from an edit',
  async ({ StateGraph }) => {
    const recorder = new Recorder()
    let left = 1
    const graph = new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('flaky', () => {
        if (left-- > 0) throw new Error('once')
        return {}
      })
      .addEdge(START, 'a')
      .addEdge('a', 'flaky')
      .compile({ checkpointer: new MemorySaver() })
    const config = { ...thread, callbacks: [recorder] }
    await outcomeOf(() => graph.invoke({}, config))
    await graph.invoke(null, config)
    const before: object[] = []
    for await (const { config: at, next } of graph.getStateHistory(thread))
      if (next[0] === 'flaky') before.push(at)
    await graph.invoke(null, { ...before[0], callbacks: [recorder] })
    const edited = await graph.updateState(before[0]!, { log: ['edited'] }, 'a')
    await graph.invoke(null, { ...edited, callbacks: [recorder] })
    return recorder.events
  },
)

differential('without a saver a question is an error, and no handler is told', async (vocabulary) => {
  const recorder = new Recorder()
  const graph = asking(vocabulary).compile()
  return [await outcomeOf(() => graph.invoke({}, { callbacks: [recorder] })), recorder.events]
})

for (const raiseError of [false, true]) {
  differential(
    `a handler that fails, ${raiseError ? 'and raises its errors' : 'is complained of'}`,
    async ({ StateGraph }) => {
      const printed: unknown[] = []
      const spies = (['warn', 'error'] as const).map((level) =>
        vi.spyOn(console, level).mockImplementation((...args) => void printed.push({ level, args })),
      )
      const recorder = new Recorder({ isFailing: true, raiseError })
      const graph = new StateGraph(Log)
        .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
        .addEdge(START, 'ask')
        .compile({ checkpointer: new MemorySaver() })
      const config = { ...thread, callbacks: [recorder] }
      const outcomes = [
        await outcomeOf(() => graph.invoke({}, config)),
        await outcomeOf(() => graph.invoke(new Command({ resume: 'yes' }), config)),
        await outcomeOf(() => graph.getState(thread)),
      ]
      for (const spy of spies) spy.mockRestore()
      return { outcomes, printed, events: recorder.events }
    },
  )
}
