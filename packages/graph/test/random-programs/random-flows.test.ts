// Random entrypoints: tasks one after the other, side by side and within one another, some slow, some tried again, with
// a question somewhere. Both engines have to tell, keep and show the same.
import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { Command, MemorySaver, getPreviousState, interrupt, task } from '@langchain/langgraph'
import { expect, test } from 'vitest'
import { differences } from '../differential/harness/differences.ts'
import { inTaskOrder } from '../differential/harness/in-task-order.ts'
import { compareText } from '../differential/harness/masked.ts'
import { normalise } from '../differential/harness/normalise.ts'
import { collect, historyOf, outcomeOf } from '../differential/harness/observe.ts'
import { storedRecords } from '../differential/harness/stored-records.ts'
import { cairn, langGraph, type Vocabulary } from '../differential/harness/vocabulary.ts'

type Step =
  | { readonly kind: 'plain' | 'sync' | 'nothing' | 'flaky' }
  | { readonly kind: 'slow'; readonly turns: number }
  | { readonly kind: 'nested' | 'together'; readonly steps: readonly Step[] }

interface Flow {
  readonly before: readonly Step[]
  /** Who asks between the two halves. */
  readonly asks: 'flow' | 'task' | 'nobody'
  readonly after: readonly Step[]
}

const { step } = fc.letrec<{ step: Step }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    fc.record({
      kind: fc.constantFrom('plain' as const, 'sync' as const, 'nothing' as const, 'flaky' as const),
    }),
    fc.record({ kind: fc.constant('slow' as const), turns: fc.integer({ min: 1, max: 4 }) }),
    fc.record({
      kind: fc.constantFrom('nested' as const, 'together' as const),
      steps: fc.array(tie('step'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}))

const flows: fc.Arbitrary<Flow> = fc.record({
  before: fc.array(step, { maxLength: 3 }),
  asks: fc.constantFrom('flow' as const, 'task' as const, 'nobody' as const),
  after: fc.array(step, { maxLength: 3 }),
})

const numRuns = Number(process.env['CAIRN_RANDOM_PROGRAMS'] ?? 60)
const seed = process.env['CAIRN_RANDOM_SEED'] || undefined

const retry = { maxAttempts: 2, initialInterval: 1, jitter: false, logWarning: false }
const thread = { configurable: { thread_id: 't' } }

function build({ before, asks, after }: Flow, { entrypoint }: Vocabulary, checkpointer: MemorySaver) {
  const ran: string[] = []
  const failed = new Set<string>()
  const note = (place: string) => {
    ran.push(place)
    return place
  }
  const named = <Args extends unknown[]>(
    kind: string,
    run: (...args: Args) => unknown,
    options: object = {},
  ) => task({ name: `called by ${kind}`, ...options }, run)

  const tasks = {
    plain: named('plain', async (place: string) => note(place)),
    sync: named('sync', (place: string) => note(place)),
    nothing: named('nothing', async (place: string) => void ran.push(place)),
    flaky: named(
      'flaky',
      async (place: string) => {
        ran.push(place)
        if (failed.has(place)) return place
        failed.add(place)
        throw new Error('again')
      },
      { retry },
    ),
  }
  const slow = named('slow', async (place: string, turns: number) => {
    for (let turn = 0; turn < turns; turn++) await setImmediate()
    return place
  })
  const nested = named('nested', async (place: string, steps: readonly Step[]) => inTurn(place, steps))
  const ask = named('ask', async () => interrupt<string, string>('task?'))

  const take = async (each: Step, place: string): Promise<unknown> => {
    switch (each.kind) {
      case 'slow':
        return slow(place, each.turns)
      case 'nested':
        return nested(place, each.steps)
      case 'together':
        return Promise.all(each.steps.map((inner, index) => take(inner, `${place}.${index}`)))
      default:
        await tasks[each.kind](place)
        return each.kind
    }
  }
  const inTurn = async (place: string, steps: readonly Step[]): Promise<unknown[]> => {
    const results: unknown[] = []
    for (const [index, each] of steps.entries()) results.push(await take(each, `${place}/${index}`))
    return results
  }
  const flow = entrypoint({ name: 'flow', checkpointer }, async (input: unknown) => ({
    input,
    isFirst: getPreviousState() === undefined,
    before: await inTurn('before', before),
    answer: asks === 'nobody' ? null : asks === 'task' ? await ask() : interrupt<string, string>('flow?'),
    after: await inTurn('after', after),
  }))
  return { flow, ran }
}

async function observe(program: Flow, vocabulary: Vocabulary) {
  const saver = new MemorySaver()
  const { flow, ran } = build(program, vocabulary, saver)
  const answers = program.asks === 'nobody' ? [] : [new Command({ resume: 'yes' })]
  const seen: unknown[] = []
  for (const input of ['first', ...answers, 'second', ...answers]) {
    const streamMode = ['values', 'updates', 'tasks', 'checkpoints', 'debug'] as never
    seen.push(inTaskOrder(await collect(flow.stream(input, { ...thread, subgraphs: true, streamMode }))))
    seen.push(await outcomeOf(() => flow.getState(thread)))
  }
  return {
    seen,
    ran: ran.toSorted(compareText),
    history: await historyOf(flow, thread),
    records: storedRecords(saver),
  }
}

test(
  'random entrypoints do the same on both engines',
  async () => {
    await fc.assert(
      fc.asyncProperty(flows, async (program) => {
        const expected = normalise(await observe(program, langGraph))
        expect(differences(expected, normalise(await observe(program, cairn)))).toEqual([])
      }),
      { numRuns, ...(seed !== undefined && { seed: Number(seed) }) },
    )
  },
  Math.max(60_000, numRuns * 1_000),
)
