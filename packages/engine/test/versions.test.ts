import {
  Run,
  barrier,
  createPlan,
  lastValue,
  migrationPath,
  readShape,
  reducer,
  shapeOf,
  topic,
  versionOf,
  type Channel,
  type Commit,
  type NodeDefinition,
  type Plan,
  type StoredShape,
} from '../src/index.ts'
import { MemoryStore } from '../src/memory-store.ts'
import { describe, expect, test } from 'vitest'

const node = (given: Partial<NodeDefinition> = {}): NodeDefinition => ({
  triggers: ['a'],
  body: (attempt) => attempt.write('b', 1),
  ...given,
})
const channels: Record<string, Channel> = {
  a: lastValue(),
  b: reducer<number>({ reduce: (sum, more) => sum + more }),
}
const planOf = (
  nodes: Record<string, NodeDefinition>,
  given: Partial<Parameters<typeof createPlan>[0]> = {},
) => createPlan({ name: 'plan', channels, nodes, ...given })

describe('the shape of a plan', () => {
  test('is the same text in whatever order nodes and channels were defined', () => {
    const [a, b] = [channels['a']!, channels['b']!]
    const one = planOf({ x: node(), y: node() })
    const other = planOf({ y: node(), x: node() }, { channels: { b, a } })
    expect(shapeOf(other)).toEqual(shapeOf(one))
  })

  test('does not tell what nodes and reducers do, nor whether nodes are tried again', () => {
    const other = planOf(
      { x: node({ body: () => {}, retry: { maxAttempts: 9 }, reads: ['a'] }) },
      { channels: { ...channels, b: reducer<number>({ reduce: (a) => a, initial: () => 7 }) } },
    )
    expect(shapeOf(other).hash).toBe(shapeOf(planOf({ x: node() })).hash)
  })

  test.each<[string, Plan]>([
    ['another name', planOf({ x: node() }, { name: 'other' })],
    ['another version', planOf({ x: node() }, { version: '2' })],
    ['another node', planOf({ x: node(), y: node() })],
    ['another trigger', planOf({ x: node({ triggers: ['a', 'b'] }) })],
    ['another order of triggers', planOf({ x: node({ triggers: ['b', 'a'] }) })],
    ['another kind of channel', planOf({ x: node() }, { channels: { ...channels, b: lastValue() } })],
    ['a handler', planOf({ x: node({ errorHandler: 'y' }), y: node() })],
    ['a graph within', planOf({ x: node({ nested: () => [planOf({ z: node() })] }) })],
    ['a join', planOf({ x: node() }, { channels: { ...channels, j: barrier({ names: ['x'] }) } })],
    ['a join of others', planOf({ x: node() }, { channels: { ...channels, j: barrier({ names: ['y'] }) } })],
    [
      'a join for some of them',
      planOf({ x: node() }, { channels: { ...channels, j: barrier({ names: ['x', 'y'], quorum: 1 }) } }),
    ],
    ['a topic', planOf({ x: node() }, { channels: { ...channels, t: topic() } })],
    [
      'a topic of its own',
      planOf({ x: node() }, { channels: { ...channels, t: topic({ isUnique: true }) } }),
    ],
  ])('tells of %s', (_, plan) => {
    expect(shapeOf(plan).hash).not.toBe(shapeOf(planOf({ x: node() })).hash)
    expect(shapeOf(plan).text).toBe(JSON.stringify(readShape(shapeOf(plan))))
  })

  test('of a graph within itself ends', () => {
    const plan: Plan = planOf({ x: node({ nested: () => [plan] }) })
    expect(readShape(shapeOf(plan))!.nodes['x']).toEqual({ triggers: ['a'] })
  })

  test('in a format of a later release is not read', () => {
    const shape: StoredShape = { hash: '0', text: JSON.stringify({ format: 2, version: '7' }) }
    expect(readShape(shape)).toBeUndefined()
    expect(versionOf({ shape, metadata: { source: 'loop', step: 1, parents: {} } })).toBe('1')
  })

  test('is made when a checkpoint is first kept, and is one object for all of a plan', async () => {
    let asked = 0
    const plan = planOf({
      x: node({
        nested: () => {
          asked++
          return []
        },
      }),
    })
    const start = { kind: 'input', writes: [['a', 1]] } as const
    await new Run({ plan, start, line: { threadId: '', namespace: '' }, stepLimit: 5 }).execute()
    expect(asked).toBe(0)
    const store = new MemoryStore()
    const shapes: unknown[] = []
    const commit = (given: Commit) => {
      if (given.checkpoint !== undefined) shapes.push(given.checkpoint.shape)
      return store.commit(given)
    }
    for (const threadId of ['1', '2']) {
      const line = { threadId, namespace: '' }
      const watched = {
        load: () => undefined,
        list: () => [],
        deleteThread: () => undefined,
        commit,
      }
      await new Run({ plan, start, line, store: watched, stepLimit: 5 }).execute()
    }
    expect(asked).toBe(1)
    expect(shapes.length).toBe(4)
    expect(new Set(shapes)).toEqual(new Set([shapeOf(plan)]))
    expect(store.load({ threadId: '2', namespace: '' })?.shape).toEqual(shapeOf(plan))
  })
})

describe('a way through migrations', () => {
  const migrations = [
    ['1', '2'],
    ['2', '3'],
    ['3', '2'],
    ['1', '3'],
    ['3', '4'],
  ].map(([from, to]) => ({ from: from!, to: to! }))

  test.each([
    ['1', '1', []],
    ['1', '2', ['1→2']],
    ['1', '4', ['1→3', '3→4']],
    ['2', '4', ['2→3', '3→4']],
    ['4', '1', undefined],
  ])('from %s to %s is the shortest', (from, to, expected) => {
    const path = migrationPath(migrations, from, to)
    expect(path?.map((each) => `${each.from}→${each.to}`)).toEqual(expected)
  })
})
