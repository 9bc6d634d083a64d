import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ERROR,
  INTERRUPT,
  NULL_TASK_ID,
  RESUME,
  type Line,
  type Store,
  type StoredCheckpoint,
} from '@cairn/engine'
import { MemoryStore } from '@cairn/engine/memory-store'
import { exportThreads, importThreads } from '@cairn/engine/transfer'
import { randomHistory } from '../../src/store-conformance/random-history.ts'
import {
  awkwardNames,
  checkpointAt,
  checkpointId,
  everyKind,
  line,
  list,
  writesOf,
} from '../../src/store-conformance/samples.ts'

describe('threads that were exported and imported', () => {
  test('are what they were, forks and removed channels included', async () => {
    const store = new MemoryStore()
    for (const { checkpoint } of randomHistory(300)) store.commit({ line, writes: [], checkpoint })
    const { before, after } = await roundTrip(store)
    expect(after).toStrictEqual(before)
  })

  test('keep values of every kind, in channels, metadata and writes', async () => {
    const store = new MemoryStore()
    const values = everyKind()
    const metadata = { source: 'input', step: -1, parents: {}, note: values } as const
    const writes = [writesOf('task', Object.entries(values))]
    store.commit({ line, writes, checkpoint: checkpointAt(0, { changed: values, metadata }) })
    store.commit({
      line,
      writes: [],
      checkpoint: checkpointAt(1, {
        parentId: checkpointId(0),
        changed: { map: new Map([[1, 2]]), all: [values, values] },
      }),
    })
    const { before, after, copy } = await roundTrip(store)
    expect(after).toStrictEqual(before)
    expect((await list(copy)).map((checkpoint) => checkpoint.values)).toStrictEqual([
      { ...values, map: new Map([[1, 2]]), all: [values, values] },
      values,
    ])
  })

  test('keep awkward names of threads, namespaces, channels, nodes and tasks', async () => {
    const store = new MemoryStore()
    for (const [index, name] of awkwardNames.entries()) {
      const named = JSON.parse(JSON.stringify(Object.fromEntries([[name, { [name]: index }]]))) as Record<
        string,
        never
      >
      const at: Line = { threadId: name, namespace: awkwardNames.at(-1 - index)! }
      const checkpoint = checkpointAt(index, {
        changed: Object.fromEntries([
          [name, named],
          ['line', ' ends \u2028\u2029\r\n'],
        ]),
        versions: Object.fromEntries([[name, index]]),
        seen: Object.fromEntries([[name, Object.fromEntries([[name, `v${index}`]])]]),
      })
      store.commit({
        line: at,
        writes: [writesOf(name, [[name, 1]], { checkpointId: checkpoint.id })],
        checkpoint,
      })
    }
    const { before, after } = await roundTrip(store)
    // Not the checkpoints: `toStrictEqual` compares a property called `constructor` by identity.
    expect(after.text).toBe(before.text)
  })

  test('keep versions and what was seen, where they change, vanish and stay', async () => {
    const store = new MemoryStore()
    const changes = [
      { versions: { a: 1, b: 2 }, seen: { n: { a: 1 }, m: { b: 2 } } },
      { versions: { a: 1, b: 3 }, seen: { n: { a: 1 }, m: { b: 3, a: 1 } } },
      { versions: { b: '00003.1' }, seen: { n: {} } },
    ]
    for (const [number, change] of changes.entries()) {
      const parentId = number === 0 ? undefined : checkpointId(number - 1)
      store.commit({ line, writes: [], checkpoint: checkpointAt(number, { parentId, ...change }) })
    }
    const { before, after } = await roundTrip(store)
    expect(after).toStrictEqual(before)
  })

  test('keep the order of pending writes and the paths of their tasks', async () => {
    const store = new MemoryStore()
    const writes = [
      writesOf(
        'z',
        [
          ['x', 1],
          ['x', 2],
          [ERROR, { message: 'm', name: 'E' }],
        ],
        { taskPath: '~__pregel_pull, a' },
      ),
      writesOf(
        'a',
        [
          [INTERRUPT, [{ id: 'q', value: 1 }]],
          [RESUME, ['one']],
        ],
        { taskPath: '~__pregel_pull, b' },
      ),
      writesOf(NULL_TASK_ID, [[RESUME, 'yes']], { taskPath: '' }),
    ]
    store.commit({ line, writes, checkpoint: checkpointAt(0) })
    const { before, after, copy } = await roundTrip(store)
    expect(after).toStrictEqual(before)
    expect(copy.load(line)!.taskPaths).toEqual({
      z: '~__pregel_pull, a',
      a: '~__pregel_pull, b',
      [NULL_TASK_ID]: '',
    })
  })

  test('keep the order of pending writes when the store knows no paths', async () => {
    const store = new MemoryStore()
    const tasks = ['m', 'b', 'z', 'a']
    const writes = tasks.map((task, index) => writesOf(task, [['x', index]], { taskPath: `${index}` }))
    store.commit({ line, writes, checkpoint: checkpointAt(0) })
    const copy = new MemoryStore()
    await importThreads(copy, exportThreads(withoutPaths(store)))
    expect(copy.load(line)!.writes.map(([task]) => task)).toEqual(tasks)
  })

  test('keep the shape of the graph that made each checkpoint', async () => {
    const store = new MemoryStore()
    const shapes = ['one', 'two'].map((name) => ({
      hash: name.repeat(20),
      text: JSON.stringify({ name, nodes: [1] }),
    }))
    const order = [shapes[0]!, shapes[0]!, shapes[1]!, undefined, shapes[0]!]
    for (const [number, shape] of order.entries()) {
      store.commit({
        line,
        writes: [],
        checkpoint: checkpointAt(number, shape === undefined ? {} : { shape }),
      })
    }
    const { before, after, copy } = await roundTrip(store)
    expect(after).toStrictEqual(before)
    expect((await list(copy)).map(({ shape }) => shape)).toEqual(order.toReversed())
  })

  test('may come from a line whose parents sort behind their children', async () => {
    const store = new MemoryStore()
    store.commit({ line, writes: [], checkpoint: checkpointAt(5, { changed: { a: [1] } }) })
    store.commit({
      line,
      writes: [],
      checkpoint: checkpointAt(3, { parentId: checkpointId(5), changed: { a: [1, 2] } }),
    })
    store.commit({
      line,
      writes: [],
      checkpoint: checkpointAt(4, { parentId: checkpointId(3), changed: { b: 1 } }),
    })
    const { before, after } = await roundTrip(store)
    expect(after).toStrictEqual(before)
  })

  test('are what they were, whatever they hold', async () => {
    const value = fc.oneof(
      fc.jsonValue({ depthSize: 'small' }),
      fc.array(fc.constantFrom<unknown>(1, 'a', new Date(0), undefined, { a: 1 })),
      fc.constantFrom('x'.repeat(40), `${'x'.repeat(40)}y`),
    )
    const step = fc.record({
      parent: fc.nat(),
      isFirst: fc.boolean(),
      changed: fc.dictionary(fc.constantFrom('a', 'b', 'c'), value),
      removed: fc.constantFrom<readonly string[]>([], [], ['a'], ['b', 'c']),
      namespace: fc.constantFrom('', '', 'inner:1'),
      writes: fc.array(fc.tuple(fc.constantFrom('a', 'b', INTERRUPT), value), { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const store = new MemoryStore()
        const made = new Map<string, string[]>()
        for (const [number, { parent, isFirst, changed, removed, namespace, writes }] of steps.entries()) {
          const ids = made.get(namespace) ?? []
          const parentId = isFirst || ids.length === 0 ? undefined : ids[parent % ids.length]
          const gone = removed.filter((channel) => !(channel in changed))
          const checkpoint = checkpointAt(number, { parentId, changed, removed: gone })
          const task = writesOf(`task-${number % 3}`, writes, { checkpointId: checkpoint.id })
          store.commit({ line: { threadId: 't', namespace }, writes: [task], checkpoint })
          made.set(namespace, [...ids, checkpoint.id])
        }
        const { before, after } = await roundTrip(store)
        expect(after).toStrictEqual(before)
      }),
      { numRuns: 200 },
    )
  })
})

test('an export of a conversation grows with its messages, not with their square', async () => {
  const messages = Array.from({ length: 400 }, (_, index) => ({
    role: 'user',
    content: `${index} ${'x'.repeat(100)}`,
    at: new Date(index),
  }))
  const size = async (turns: number): Promise<number> => {
    const store = new MemoryStore()
    for (let turn = 0; turn < turns; turn++) {
      const parentId = turn === 0 ? undefined : checkpointId(turn - 1)
      const checkpoint = checkpointAt(turn, { parentId, changed: { messages: messages.slice(0, turn + 1) } })
      store.commit({ line, writes: [], checkpoint })
    }
    return (await textOf(store)).length
  }
  expect((await size(400)) / (await size(100))).toBeLessThan(4.2)
})

interface Kept {
  readonly text: string
  readonly checkpoints: readonly StoredCheckpoint[]
}

/** What a store keeps, and what another one does that imported it. */
async function roundTrip(store: Store): Promise<{ before: Kept; after: Kept; copy: MemoryStore }> {
  const copy = new MemoryStore()
  const before = { text: await textOf(store), checkpoints: steady(await list(store)) }
  await importThreads(copy, [before.text])
  return { before, after: { text: await textOf(copy), checkpoints: steady(await list(copy)) }, copy }
}

/** The order of checkpoints of the same id in several lines is the store's own. */
function steady(checkpoints: readonly StoredCheckpoint[]): StoredCheckpoint[] {
  const keyOf = ({ id, line: { threadId, namespace } }: StoredCheckpoint): string =>
    JSON.stringify([id, threadId, namespace])
  return checkpoints.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1))
}

async function textOf(store: Store): Promise<string> {
  const lines: string[] = []
  for await (const text of exportThreads(store)) lines.push(text)
  return lines.join('')
}

function withoutPaths(store: MemoryStore): Store {
  return {
    load(from, id) {
      const { taskPaths: _, ...loaded } = store.load(from, id)!
      return loaded
    },
    commit: (commit) => store.commit(commit),
    list: (query) => store.list(query),
    deleteThread: (threadId) => store.deleteThread(threadId),
  }
}
