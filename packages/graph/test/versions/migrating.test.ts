// A thread that is begun with one version of a graph and gone on with another, whose nodes and channels have other names.
import { MemorySaver as LangGraphMemorySaver } from '@langchain/langgraph'
import {
  Annotation,
  Command,
  MemorySaver,
  START,
  Send,
  StateGraph,
  interrupt,
  task,
  type BaseCheckpointSaver,
  type Migration,
} from '@cairn/graph'
import { STORE, storedTasks } from '@cairn/checkpoint'
import { SqliteSaver } from '@cairn/sqlite'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'

type Names = (name: string) => string
type Runnable = {
  invoke(input: unknown, config: object): Promise<unknown>
  getState(config: object, options?: object): Promise<{ next: readonly string[]; values: unknown }>
}

const thread = { configurable: { thread_id: 't' } }
const list = () => Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] })
const ask = (question: string) => `${question} ${interrupt<string, string>(question)}`

interface Version {
  readonly node: Names
  readonly channel: Names
  readonly checkpointer: BaseCheckpointSaver
  readonly version?: string
  readonly migrations?: Migration[]
}

/**
 * Tasks of every kind are under way when it asks: a sibling that has finished, a node that asks twice, a nested graph, a
 * called task, sends, and a join that has begun to fill.
 */
function graphOf({ node, channel, checkpointer, ...options }: Version, ran: string[]): Runnable {
  const [topic, log] = [channel('topic'), channel('log')]
  const State = Annotation.Root({ [topic]: Annotation<string>, [log]: list() })
  const said = (text: string) => ({ [log]: [text] })
  const note = (text: string) => {
    ran.push(text)
    return said(text)
  }
  const measured = task('measure', async (what: string) => {
    ran.push(`measure ${what}`)
    return `measured ${what}`
  })
  const deep = new StateGraph(Annotation.Root({ [log]: list() }))
    .addNode('before', () => note('before'))
    .addNode('probe', () => said(ask('deep?')))
    .addEdge(START, 'before')
    .addEdge('before', 'probe')
    .compile({
      ...(options.version !== undefined && { version: options.version }),
      migrations: (options.migrations ?? []).map(({ from, to, channels: renamed }) => ({
        from,
        to,
        channels: logOnly(renamed),
      })),
    })
  const builder = new StateGraph(State) as unknown as StateGraph<
    unknown,
    Record<string, unknown>,
    object,
    string
  >
  builder
    .addNode(node('plan'), () => ({ ...note('plan'), [topic]: 'stones' }))
    .addNode(node('ask'), () => said(`${ask('first?')}, ${ask('second?')}`))
    .addNode(node('beside'), () => note('beside'))
    .addNode(node('deep'), deep as never)
    .addNode(node('calls'), async () => said(`${await measured('height')}: ${ask('called?')}`))
    .addNode(node('fan'), () => note('fan'))
    .addNode(node('work'), (state) => {
      const item = String(state[topic])
      return item === 'b' ? said(ask(`work on ${item}?`)) : note(`work on ${item}`)
    })
    .addNode(node('end'), (state) => note(`end with ${String(state[topic])}`))
    .addEdge(START, node('plan'))
  const parents = ['ask', 'beside', 'deep', 'calls'].map(node)
  for (const parent of parents) builder.addEdge(node('plan'), parent)
  builder
    .addEdge(parents, node('fan'))
    .addConditionalEdges(node('fan'), () =>
      ['a', 'b', 'c'].map((item) => new Send(node('work'), { [topic]: item })),
    )
    .addEdge(node('work'), node('end'))
  return builder.compile({ checkpointer, ...options })
}

/** The nested graph has no other channel. */
function logOnly(renamed: Migration['channels'] = {}): NonNullable<Migration['channels']> {
  return Object.fromEntries(Object.entries(renamed).filter(([name]) => name === 'log'))
}

interface Asked {
  readonly __interrupt__?: readonly { readonly id: string; readonly value: string }[]
}

/** Answers one question at a time, the first that is open, by its id; `graphAt` gives the graph for the n-th answer. */
async function converse(graphAt: (answers: number) => Runnable): Promise<Record<string, unknown>> {
  let result = (await graphAt(0).invoke({}, thread)) as Asked
  for (let answers = 1; result.__interrupt__ !== undefined; answers++) {
    const [question] = result.__interrupt__
    const { id, value } = question!
    result = (await graphAt(answers).invoke(
      new Command({ resume: { [id]: `answer to ${value}` } }),
      thread,
    )) as Asked
  }
  return result as Record<string, unknown>
}

const nodes = ['plan', 'ask', 'beside', 'deep', 'calls', 'fan', 'work', 'end']
const channels = ['topic', 'log']
const same: Names = (name) => name
/** Keeps the order of names, in which updates of one superstep are applied. */
const renaming =
  (renamed: readonly string[], suffix: string): Names =>
  (name) =>
    renamed.includes(name) ? `${name}${suffix}` : name
const mapOf = (names: readonly string[], before: Names, after: Names) =>
  Object.fromEntries(
    names.filter((name) => before(name) !== after(name)).map((name) => [before(name), after(name)]),
  )

/** Versions as LangGraph's savers for databases give them. */
class TextVersions extends LangGraphMemorySaver {
  #count = 0

  override getNextVersion(current: number | undefined): number {
    const next = Number.parseInt(String(current ?? 0), 10) + 1
    return `${String(next).padStart(32, '0')}.${++this.#count}` as unknown as number
  }
}

function openFile(): BaseCheckpointSaver {
  const saver = SqliteSaver.fromConnString(':memory:')
  onTestFinished(() => saver.close())
  return saver
}

const savers = [
  ["Cairn's store", () => new MemorySaver()],
  ["LangGraph's saver", () => new LangGraphMemorySaver() as unknown as BaseCheckpointSaver],
  ['a file', openFile],
  ['a saver with versions of its own', () => new TextVersions() as unknown as BaseCheckpointSaver],
] as const

describe.each(savers)('with %s', (_, openSaver) => {
  test('a thread that changes to a version with other names ends as if it had not', async () => {
    const ranAtOnce: string[] = []
    const graph1 = (ran: string[], checkpointer: BaseCheckpointSaver) =>
      graphOf({ node: same, channel: same, checkpointer }, ran)
    const never = graph1(ranAtOnce, openSaver())
    const expected = await converse(() => never)
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(nodes),
        fc.subarray(channels),
        fc.integer({ min: 1, max: 5 }),
        fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
        async (renamedNodes, renamedChannels, second, third) => {
          const checkpointer = openSaver()
          const ran: string[] = []
          const node2 = renaming(renamedNodes, '2')
          const channel2 = renaming(renamedChannels, '2')
          const node3 = renaming(nodes, '3')
          const toSecond: Migration = {
            from: '1',
            to: '2',
            nodes: mapOf(nodes, same, node2),
            channels: mapOf(channels, same, channel2),
          }
          const toThird: Migration = { from: '2', to: '3', nodes: mapOf(nodes, node2, node3) }
          const first = graph1(ran, checkpointer)
          const next = graphOf(
            { node: node2, channel: channel2, checkpointer, version: '2', migrations: [toSecond] },
            ran,
          )
          const last = graphOf(
            { node: node3, channel: channel2, checkpointer, version: '3', migrations: [toThird, toSecond] },
            ran,
          )
          const result = await converse((answers) =>
            third !== undefined && answers >= third ? last : answers >= second ? next : first,
          )
          expect(result[channel2('topic')]).toEqual(expected['topic'])
          expect(result[channel2('log')]).toEqual(expected['log'])
          expect(ran.toSorted()).toEqual(ranAtOnce.toSorted())
        },
      ),
      { numRuns: 60, seed: 4 },
    )
  })
})

/** A node that asks, after one that plans: what most threads look like that wait for somebody. */
function asking(
  name: string,
  checkpointer: BaseCheckpointSaver,
  options: { version?: string; migrations?: Migration[]; topic?: string } = {},
) {
  const { topic = 'topic', ...compileOptions } = options
  const State = Annotation.Root({ [topic]: Annotation<string>, log: list() })
  const builder = new StateGraph(State) as unknown as StateGraph<
    unknown,
    Record<string, unknown>,
    object,
    string
  >
  return builder
    .addNode('plan', () => ({ [topic]: 'stones', log: ['plan'] }))
    .addNode(name, () => ({ log: [ask('which?')] }))
    .addNode('beside', () => ({ log: ['beside'] }))
    .addEdge(START, 'plan')
    .addEdge('plan', name)
    .addEdge('plan', 'beside')
    .compile({ checkpointer, ...compileOptions })
}

const renamed: Migration = { from: '1', to: '2', nodes: { ask: 'question' }, channels: { topic: 'subject' } }

describe.each(savers)('a migrated thread, with %s,', (_, openSaver) => {
  test('is shown as it will be before anything runs', async () => {
    const saver = openSaver()
    const asked = (await asking('ask', saver).invoke({}, thread)) as Asked
    const next = asking('question', saver, { version: '2', migrations: [renamed], topic: 'subject' })
    const state = await next.getState(thread)
    expect(state.values).toEqual({ subject: 'stones', log: ['plan', 'beside'] })
    expect(state.next).toEqual(['question'])
    expect(state.tasks.find(({ name }) => name === 'question')?.interrupts).toEqual(asked.__interrupt__)
  })

  test('has a checkpoint of its own in the history, which says what happened', async () => {
    const saver = openSaver()
    await asking('ask', saver).invoke({}, thread)
    const next = asking('question', saver, { version: '2', migrations: [renamed], topic: 'subject' })
    await next.invoke(new Command({ resume: 'that' }), thread)
    const history = []
    for await (const { metadata, next: due, values } of next.getStateHistory(thread))
      history.push([metadata?.source, metadata?.step, due, (values as { subject?: string }).subject])
    expect(history).toEqual([
      ['loop', 3, [], 'stones'],
      ['update', 2, ['question', 'beside'], 'stones'],
      ['loop', 1, ['question', 'beside'], 'stones'],
      ['loop', 0, ['plan'], undefined],
      ['input', -1, ['__start__'], undefined],
    ])
  })

  test('may have its state edited', async () => {
    const saver = openSaver()
    await asking('ask', saver).invoke({}, thread)
    const next = asking('question', saver, { version: '2', migrations: [renamed], topic: 'subject' })
    await next.updateState(thread, { subject: 'sand' }, 'plan')
    const result = await next.invoke(null, thread)
    expect(result).toMatchObject({ subject: 'sand' })
    expect((await next.getState(thread)).values).toMatchObject({ subject: 'sand' })
  })

  test('takes a plain answer', async () => {
    const saver = openSaver()
    await asking('ask', saver).invoke({}, thread)
    const next = asking('question', saver, { version: '2', migrations: [renamed], topic: 'subject' })
    expect(await next.invoke(new Command({ resume: 'that' }), thread)).toEqual({
      subject: 'stones',
      log: ['plan', 'beside', 'which? that'],
    })
  })

  test('is migrated once', async () => {
    const saver = openSaver()
    await asking('ask', saver).invoke({}, thread)
    let count = 0
    const state = (values: object) => {
      count++
      return { ...values, subject: 'sand' }
    }
    const next = asking('question', saver, {
      version: '2',
      migrations: [{ ...renamed, state }],
      topic: 'subject',
    })
    await next.invoke(null, thread)
    const result = await next.invoke(new Command({ resume: 'that' }), thread)
    await next.updateState(thread, { log: ['edited'] }, 'plan')
    await next.invoke({}, thread)
    expect(result).toMatchObject({ subject: 'sand' })
    expect(count).toBe(1)
  })

  test('gives up what waits for a node that is mapped to null', async () => {
    const saver = openSaver()
    await asking('ask', saver).invoke({}, thread)
    const next = asking('other', saver, {
      version: '2',
      migrations: [{ from: '1', to: '2', nodes: { ask: null } }],
    })
    expect((await next.getState(thread)).tasks.flatMap(({ interrupts }) => interrupts)).toEqual([])
    const result = await next.invoke(null, thread)
    expect(result).toEqual({ topic: 'stones', log: ['plan', 'beside'] })
  })

  test('gives what finished tasks have written to `updates`', async () => {
    const saver = openSaver()
    await asking('ask', saver).invoke({}, thread)
    const seen: unknown[] = []
    const migration: Migration = {
      ...renamed,
      updates(updates, { node }) {
        seen.push([node, updates])
        return { log: (updates['log'] as string[]).map((text) => text.toUpperCase()) }
      },
    }
    const next = asking('question', saver, { version: '2', migrations: [migration], topic: 'subject' })
    const result = await next.invoke(new Command({ resume: 'that' }), thread)
    expect(seen).toEqual([['beside', { log: ['beside'] }]])
    expect(result['log']).toEqual(['plan', 'BESIDE', 'which? that'])
  })
})

test('tasks of a migrated thread that still waits are found without its graph', async () => {
  const saver = new MemorySaver()
  await asking('ask', saver).invoke({}, thread)
  const next = asking('question', saver, { version: '2', migrations: [renamed], topic: 'subject' })
  await next.invoke(null, thread)
  const head = (await saver[STORE].load({ threadId: 't', namespace: '' }))!
  expect(head.metadata['migration']).toMatchObject({ from: '1', to: '2', nodes: { question: 'ask' } })
  expect(storedTasks(head)).toMatchObject([
    { node: 'beside', state: { kind: 'done' } },
    { node: 'question', state: { kind: 'waiting', questions: [{ value: 'which?' }] } },
  ])
})
