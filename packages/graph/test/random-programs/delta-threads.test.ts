// Random walks over threads with delta channels: inputs, commands, answers, edits and replays, at the head and in the
// past, with any durability (but commands, whose writes LangGraph applies twice with `exit`). Both engines have to see the same and to leave the same records.
import {
  Annotation,
  Command,
  MemorySaver,
  Overwrite,
  START,
  Send,
  interrupt,
  type BaseCheckpointSaver,
} from '@langchain/langgraph'
import { DeltaChannel } from '@langchain/langgraph/channels'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { differences } from '../differential/harness/differences.ts'
import { cairn, langGraph, type Vocabulary } from '../differential/harness/differential.ts'
import { listedRecords, ownSaver } from '../differential/harness/listed-records.ts'
import { normalise } from '../differential/harness/normalise.ts'
import { historyOf, outcomeOf } from '../differential/harness/observe.ts'
import { thread, type AnyGraph } from '../differential/harness/same-thread.ts'

const walks = 60

type Act =
  | { readonly kind: 'input'; readonly n: number; readonly isOverwrite: boolean }
  | { readonly kind: 'continue' }
  | { readonly kind: 'command'; readonly n: number; readonly to: string }
  | { readonly kind: 'answer' }
  | { readonly kind: 'edit'; readonly asNode: string; readonly isOverwrite: boolean }

interface Move {
  readonly act: Act
  /** How many checkpoints back from the newest it is done; 0: the thread, whatever its newest checkpoint is. */
  readonly back: number
  readonly durability: 'sync' | 'async' | 'exit'
}

interface Walk {
  readonly frequency: number
  readonly slowFrequency: number
  readonly bound: string
  readonly moves: readonly Move[]
}

const nodes = ['count', 'side', 'ask', 'fan', 'each'] as const

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('input' as const), n: fc.nat(3), isOverwrite: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'continue' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'answer' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      n: fc.nat(2),
      to: fc.constantFrom('count', 'fan'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      asNode: fc.constantFrom(...nodes),
      isOverwrite: fc.boolean(),
    }),
  },
)

const anyWalk: fc.Arbitrary<Walk> = fc.record({
  frequency: fc.integer({ min: 1, max: 4 }),
  slowFrequency: fc.constantFrom(2, 100),
  bound: fc.constantFrom('2', '5', '5000'),
  moves: fc.array(
    fc.record({
      act: anyAct,
      back: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(6) }),
      durability: fc.constantFrom('sync', 'async', 'exit'),
    }),
    { minLength: 2, maxLength: 7 },
  ),
})

/** Counts down, asks at every even number, and fans out at one. */
function build({ StateGraph }: Vocabulary, { frequency, slowFrequency }: Walk) {
  const log = (snapshotFrequency: number) => () =>
    new DeltaChannel<string[], string | string[]>((all, writes) => [...all, ...writes.flat()], {
      snapshotFrequency,
    })
  const State = Annotation.Root({
    log: log(frequency),
    slow: log(slowFrequency),
    n: Annotation<number>({ reducer: (_, n) => n, default: () => 0 }),
  })
  return new StateGraph(State)
    .addNode('count', ({ n, log: all }) => ({ log: `count ${n} after ${all.length}`, n: n - 1 }))
    .addNode('side', ({ slow }) => ({ slow: `side after ${slow.length}` }))
    .addNode('ask', ({ n }) => ({ log: n % 2 === 0 ? `answered ${String(interrupt(n))}` : 'not asked' }))
    .addNode('fan', () => new Command({ goto: [new Send('each', { id: 1 }), new Send('each', { id: 2 })] }), {
      ends: ['each'],
    })
    .addNode('each', ({ id }: { id: number }) => ({ log: [`each ${id}`], slow: `each ${id}` }))
    .addEdge(START, 'count')
    .addEdge('count', 'side')
    .addConditionalEdges('count', ({ n }) => (n > 0 ? ['ask'] : ['fan']), ['ask', 'fan'])
    .addConditionalEdges('ask', ({ n }) => (n > 0 ? 'count' : 'fan'), ['count', 'fan'])
}

async function play(vocabulary: Vocabulary, given: Walk, saver: BaseCheckpointSaver): Promise<unknown> {
  const graph = build(vocabulary, given).compile({ checkpointer: saver as never }) as unknown as AnyGraph
  const seen: unknown[] = []
  for (const move of given.moves) seen.push(await outcomeOf(() => make(graph, move)))
  return {
    seen,
    state: await graph.getState(thread),
    history: await historyOf(graph, thread),
    records: await listedRecords(saver),
  }
}

async function make(graph: AnyGraph, { act, back, durability }: Move): Promise<unknown> {
  const history = await historyOf(graph, thread)
  const past = back === 0 ? undefined : history[back]?.config
  const config = { ...(past ?? thread), durability: act.kind === 'command' ? 'async' : durability }
  switch (act.kind) {
    case 'input': {
      const log = act.isOverwrite ? new Overwrite([`input ${act.n}`]) : `input ${act.n}`
      return graph.invoke({ log, n: act.n }, config)
    }
    case 'continue':
      return history.length === 0 ? undefined : graph.invoke(null, config)
    case 'command':
      return graph.invoke(
        new Command({ goto: act.to, update: { n: act.n, slow: 'command' } }) as never,
        config,
      )
    case 'answer': {
      const { tasks } = await graph.getState(thread)
      const isAsked = tasks.flatMap(({ interrupts }) => interrupts).length === 1
      return isAsked ? graph.invoke(new Command({ resume: 'yes' }), { ...thread, durability }) : undefined
    }
    case 'edit': {
      const slow = act.isOverwrite ? new Overwrite(['edited']) : 'edited'
      return graph.updateState(past ?? thread, { log: 'edited', slow }, act.asNode)
    }
  }
}

test(`${walks} random walks over threads with delta channels are the same on both engines`, async () => {
  const bound = 'LANGGRAPH_DELTA_MAX_SUPERSTEPS_SINCE_SNAPSHOT'
  try {
    await fc.assert(
      fc.asyncProperty(anyWalk, async (given) => {
        process.env[bound] = given.bound
        const expected = normalise(await play(langGraph, given, new MemorySaver()))
        expect(differences(expected, normalise(await play(cairn, given, new MemorySaver())))).toEqual([])
        expect(differences(expected, normalise(await play(cairn, given, ownSaver(cairn))))).toEqual([])
      }),
      {
        numRuns: Number(process.env['CAIRN_RANDOM_PROGRAMS'] ?? walks),
        ...(process.env['CAIRN_RANDOM_SEED'] && { seed: Number(process.env['CAIRN_RANDOM_SEED']) }),
      },
    )
  } finally {
    delete process.env[bound]
  }
}, 120_000)
