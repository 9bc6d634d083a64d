// What a policy keeps of a thread. `at` makes a checkpoint whose id, step and time in days are one number.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CheckpointNode } from '../../src/retention/checkpoint-node.ts'
import { checkpointsToKeep } from '../../src/retention/checkpoints-to-keep.ts'
import type { RetentionPolicy } from '../../src/retention/retention-policy.ts'

const dayMs = 86_400_000

function idOf(number: number): string {
  return String(number).padStart(4, '0')
}

function at(number: number, parent: number | undefined, given: Partial<CheckpointNode> = {}): CheckpointNode {
  return {
    namespace: '',
    id: idOf(number),
    parentId: parent === undefined ? undefined : idOf(parent),
    createdAtMs: number * dayMs,
    step: number,
    callers: {},
    isUnfinished: false,
    needs: [],
    holds: [],
    ...given,
  }
}

/** 0 → 1 → … */
function chain(length: number, given: (number: number) => Partial<CheckpointNode> = () => ({})) {
  return Array.from({ length }, (_, number) =>
    at(number, number === 0 ? undefined : number - 1, given(number)),
  )
}

function kept(
  nodes: readonly CheckpointNode[],
  policy: RetentionPolicy | readonly RetentionPolicy[],
  now = 1000,
) {
  const policies = Array.isArray(policy) ? (policy as RetentionPolicy[]) : [policy as RetentionPolicy]
  return [...checkpointsToKeep(nodes, policies, now * dayMs)]
    .toSorted(
      (left, right) => left.namespace.localeCompare(right.namespace) || Number(left.id) - Number(right.id),
    )
    .map(({ namespace, id }) => (namespace === '' ? Number(id) : `${namespace}/${Number(id)}`))
}

describe('the rules', () => {
  test('a policy without a rule keeps everything, pins or not', () => {
    expect(kept(chain(4), {})).toEqual([0, 1, 2, 3])
    expect(kept(chain(4), { pins: [idOf(1)] })).toEqual([0, 1, 2, 3])
    expect(kept(chain(4), [])).toEqual([0, 1, 2, 3])
  })

  test('keepLast keeps so many of the newest', () => {
    expect(kept(chain(10), { keepLast: 3 })).toEqual([7, 8, 9])
  })

  test('maxAge keeps what is not older', () => {
    expect(kept(chain(10), { maxAge: '3d' }, 9)).toEqual([6, 7, 8, 9])
    expect(kept(chain(10), { maxAge: 3 * dayMs }, 9)).toEqual([6, 7, 8, 9])
  })

  test('an age that cannot be told is no reason to go', () => {
    expect(kept([at(0, undefined, { createdAtMs: NaN }), at(1, 0)], { maxAge: 1 })).toEqual([0, 1])
  })

  test('keepEvery keeps the first of each group of steps', () => {
    expect(kept(chain(24), { keepEvery: 10 })).toEqual([0, 10, 20, 23])
    const withGaps = [at(0, undefined), at(7, 0), at(12, 7), at(13, 12), at(29, 13)]
    expect(kept(withGaps, { keepEvery: 10 })).toEqual([0, 12, 29])
  })

  test('what any of the rules or policies keeps stays', () => {
    const nodes = chain(30)
    expect(kept(nodes, { keepLast: 2, maxAge: '4d', keepEvery: 20 }, 29)).toEqual([0, 20, 25, 26, 27, 28, 29])
    expect(kept(nodes, [{ keepLast: 2 }, { keepEvery: 20 }])).toEqual([0, 20, 28, 29])
  })

  test('pins stay, those of nested graphs with their callers', () => {
    const nested = at(50, undefined, { namespace: 'node:task', callers: { '': idOf(2) } })
    expect(kept([...chain(9), nested], { keepLast: 1, pins: [idOf(4)] })).toEqual([4, 8])
    expect(kept([...chain(9), nested], { keepLast: 1, pins: [idOf(50)] })).toEqual([2, 8, 'node:task/50'])
  })
})

describe('what stays whatever the rules say', () => {
  test('the newest of each branch, and where they part', () => {
    const fork = [...chain(6), at(10, 2), at(11, 10), at(12, 11)]
    expect(kept(fork, { keepLast: 1 })).toEqual([2, 5, 12])
    expect(kept(fork, { keepLast: 2 })).toEqual([2, 4, 5, 11, 12])
  })

  test('a checkpoint beside which something waits', () => {
    const nodes = chain(6, (number) => ({ isUnfinished: number === 2 }))
    expect(kept(nodes, { keepLast: 1 })).toEqual([2, 5])
  })

  test('the caller of a nested graph that waits', () => {
    const nested = at(50, undefined, {
      namespace: 'node:task',
      callers: { '': idOf(1) },
      isUnfinished: true,
    })
    expect(kept([...chain(6), nested], { keepLast: 1 })).toEqual([1, 5, 'node:task/50'])
  })

  test('what the value of a delta channel is rebuilt from', () => {
    const nodes = chain(8, (number) => (number === 3 ? { holds: ['a'] } : { needs: ['a'] }))
    expect(kept(nodes, { keepLast: 1 })).toEqual([3, 4, 5, 6, 7])
  })

  test('what is rebuilt from one that has to be rebuilt itself', () => {
    const nodes = chain(9, (number) =>
      number === 2
        ? { holds: ['b'] }
        : number === 5
          ? { holds: ['a'], needs: ['b'] }
          : number > 5
            ? { needs: ['a'] }
            : {},
    )
    expect(kept(nodes, { keepLast: 1 })).toEqual([2, 3, 4, 5, 6, 7, 8])
  })

  test('all ancestors, when none of them holds a delta channel', () => {
    expect(
      kept(
        chain(5, () => ({ needs: ['a'] })),
        { keepLast: 1 },
      ),
    ).toEqual([0, 1, 2, 3, 4])
  })

  test('records that name each other as parents do not keep it from ending', () => {
    const circle = [at(0, 1, { needs: ['a'] }), at(1, 0, { needs: ['a'] }), at(2, 1, { needs: ['a'] })]
    expect(kept(circle, { keepLast: 1 })).toEqual([0, 1, 2])
  })
})

describe('nested graphs', () => {
  const nestedIn = (caller: number, task: string) => [
    at(caller * 100, undefined, { namespace: `node:${task}`, callers: { '': idOf(caller) } }),
    at(caller * 100 + 1, caller * 100, { namespace: `node:${task}`, callers: { '': idOf(caller) } }),
  ]

  test('a call goes with the checkpoint of its caller, and stays with it', () => {
    const nodes = [...chain(5), ...nestedIn(1, 'a'), ...nestedIn(4, 'b')]
    expect(kept(nodes, { keepLast: 1 })).toEqual([4, 'node:b/400', 'node:b/401'])
  })

  test('a call within a call goes with the innermost that is there', () => {
    const inner = at(1000, undefined, {
      namespace: 'node:a|inner:c',
      callers: { '': idOf(1), 'node:a': idOf(100) },
    })
    const lost = at(1001, undefined, {
      namespace: 'node:x|inner:d',
      callers: { '': idOf(4), 'node:x': 'gone' },
    })
    const nodes = [...chain(5), ...nestedIn(1, 'a'), inner, lost]
    expect(kept(nodes, { keepLast: 1 })).toEqual([4, 'node:x|inner:d/1001'])
  })

  test('a call whose caller is not stored is kept by the rules themselves', () => {
    const orphans = chain(5, () => ({ namespace: 'node:a', callers: { '': 'never-stored' } }))
    expect(kept(orphans, { keepLast: 2 })).toEqual(['node:a/3', 'node:a/4'])
  })

  test('a line that outlives its calls keeps its newest, and what replays from kept checkpoints find there', () => {
    // Each checkpoint of the thread calls the nested graph once.
    const root = Array.from({ length: 8 }, (_, n) => at(n * 10, n === 0 ? undefined : (n - 1) * 10))
    const nested = Array.from({ length: 7 }, (_, n) =>
      at(n * 10 + 5, n === 0 ? undefined : n * 10 - 5, {
        namespace: 'memory',
        callers: { '': idOf(n * 10) },
      }),
    )
    expect(kept([...root, ...nested], { keepLast: 1, pins: [idOf(40)] })).toEqual([
      40,
      70,
      'memory/35',
      'memory/45',
      'memory/65',
    ])
  })
})

describe('any thread', () => {
  const tree = fc
    .array(
      fc.record({
        back: fc.nat(40),
        nested: fc.constantFrom('', '', '', '', 'memory', 'call'),
        isUnfinished: fc.nat(12).map((n) => n === 0),
        delta: fc.constantFrom('none', 'none', 'needs', 'holds'),
        hasParent: fc.nat(15).map((n) => n > 0),
      }),
      { minLength: 1, maxLength: 40, size: 'max' },
    )
    .map((given) => {
      const nodes: CheckpointNode[] = []
      for (const [number, { back, nested, isUnfinished, delta, hasParent }] of given.entries()) {
        const roots = nodes.filter(({ namespace }) => namespace === '')
        const caller = roots.at(-1 - (back % (roots.length || 1)))
        const namespace = nested === 'call' ? `node:${caller?.id ?? 'none'}` : nested
        const line = nodes.filter((node) => node.namespace === namespace)
        // Mostly the newest, sometimes an older one: a fork.
        const parent = hasParent ? line.at(back < 30 ? -1 : -1 - (back % (line.length || 1))) : undefined
        nodes.push({
          ...at(number, undefined),
          namespace,
          parentId: parent?.id,
          step: parent?.step === undefined ? -1 : parent.step + 1,
          callers: namespace === '' || caller === undefined ? {} : { '': caller.id },
          isUnfinished,
          needs: delta === 'needs' ? ['a'] : [],
          holds: delta === 'holds' ? ['a'] : [],
        })
      }
      return nodes
    })
  const policy = fc.record(
    {
      keepLast: fc.integer({ min: 1, max: 5 }),
      maxAge: fc.nat(40).map((days) => days * dayMs),
      keepEvery: fc.integer({ min: 1, max: 8 }),
      pins: fc.array(fc.nat(39).map(idOf), { maxLength: 2 }),
    },
    { requiredKeys: ['pins', 'keepLast'] },
  )
  const now = 40

  const inLine = (nodes: readonly CheckpointNode[], { namespace }: CheckpointNode) =>
    nodes.filter((node) => node.namespace === namespace)
  const parentOf = (nodes: readonly CheckpointNode[], node: CheckpointNode) =>
    inLine(nodes, node).find(({ id }) => id === node.parentId)
  const childrenOf = (nodes: readonly CheckpointNode[], node: CheckpointNode) =>
    inLine(nodes, node).filter(({ parentId }) => parentId === node.id)

  /** The ancestors that the delta channels of a checkpoint are rebuilt from. */
  function sourcesOf(nodes: readonly CheckpointNode[], node: CheckpointNode): CheckpointNode[] {
    const parent = node.needs.length === 0 ? undefined : parentOf(nodes, node)
    if (parent === undefined) return []
    return parent.holds.length > 0 ? [parent] : [parent, ...sourcesOf(nodes, { ...parent, needs: ['a'] })]
  }

  test('keeps what a replay finds, also when the checkpoints that called it have been removed', () => {
    const bare = { step: 0, createdAtMs: 0, isUnfinished: false, needs: [], holds: [] }
    const nodes: CheckpointNode[] = [
      { ...bare, namespace: 'memory', id: '0', parentId: undefined, callers: {} },
      { ...bare, namespace: '', id: '1', parentId: undefined, callers: {}, isUnfinished: true },
      // Its caller, 2, is gone.
      { ...bare, namespace: 'memory', id: '3', parentId: '0', callers: { '': '2' } },
      { ...bare, namespace: '', id: '4', parentId: undefined, callers: {} },
    ]
    expect(checkpointsToKeep(nodes, [{ keepLast: 1 }], 0).size).toBe(4)
  })

  test('keeps the ends of its branches, where they part, what waits, what is pinned, and what is rebuilt from', () => {
    fc.assert(
      fc.property(tree, policy, (nodes, given) => {
        const result = checkpointsToKeep(nodes, [given], now * dayMs)
        const needed = nodes.flatMap((node) => [
          ...(!node.namespace.includes(':') && childrenOf(nodes, node).length !== 1 ? [node] : []),
          ...(node.isUnfinished || given.pins.includes(node.id) ? [node] : []),
          ...(result.has(node) ? sourcesOf(nodes, node) : []),
        ])
        expect(needed.filter((node) => !result.has(node))).toEqual([])
      }),
    )
  })

  test('keeps a nested call as long as its caller, and not longer', () => {
    fc.assert(
      fc.property(tree, policy, (nodes, given) => {
        const result = checkpointsToKeep(nodes, [given], now * dayMs)
        const isOfOther = (node: CheckpointNode) => {
          const caller = nodes.find(({ namespace, id }) => namespace === '' && id === node.callers[''])
          return caller !== undefined && result.has(node) !== result.has(caller)
        }
        const calls = nodes.filter(({ namespace }) => namespace.includes(':'))
        // What a delta channel is rebuilt from may outlast its caller.
        const whole = calls.filter((node) => inLine(nodes, node).every(({ needs }) => needs.length === 0))
        expect(whole.filter(isOfOther)).toEqual([])
      }),
    )
  })

  test('loses nothing more when it is pruned again after the removed ones are gone', () => {
    fc.assert(
      fc.property(tree, policy, (nodes, given) => {
        const result = checkpointsToKeep(nodes, [given], now * dayMs)
        const left = nodes
          .filter((node) => result.has(node))
          .map((node): CheckpointNode => {
            let parent = parentOf(nodes, node)
            while (parent !== undefined && !result.has(parent)) parent = parentOf(nodes, parent)
            return { ...node, parentId: parent?.id }
          })
        expect(checkpointsToKeep(left, [given], now * dayMs).size).toBe(left.length)
      }),
    )
  })
})
