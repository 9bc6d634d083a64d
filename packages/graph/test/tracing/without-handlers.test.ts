// Nobody listens: then a node costs nothing for those who might.
import { CallbackManager } from '@langchain/core/callbacks/manager'
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons'
import { Annotation, START, Send, task } from '@langchain/langgraph'
import { afterEach, expect, test, vi } from 'vitest'
import { StateGraph } from '../../src/index.ts'

const State = Annotation.Root({
  n: Annotation<number>({ reducer: (sum, more) => sum + more, default: () => 0 }),
})

afterEach(() => vi.restoreAllMocks())

/** A loop with a conditional edge, a fan-out of as many sends, and a called task in each of those. */
function looping(steps: number) {
  const add = task('add', (n: number) => n)
  return new StateGraph(State)
    .addNode('count', () => ({ n: 1 }))
    .addNode('work', async () => ({ n: await add(0) }))
    .addEdge(START, 'count')
    .addConditionalEdges(
      'count',
      ({ n }) => (n < steps ? 'count' : Array.from({ length: steps }, () => new Send('work', {}))),
      ['count', 'work'],
    )
    .compile()
}

/** What a run asks of LangChain's callbacks. */
async function asked(steps: number, config: object = {}): Promise<Record<string, number>> {
  const spies = {
    managers: vi.spyOn(CallbackManager, '_configureSync'),
    children: vi.spyOn(CallbackManager.prototype, 'copy'),
    contexts: vi.spyOn(AsyncLocalStorageProviderSingleton, 'runWithConfig'),
  }
  const { n } = await looping(steps).invoke({}, { recursionLimit: 1000, ...config })
  expect(n).toBe(steps)
  const counts = Object.entries(spies).map(([name, { mock }]) => [name, mock.calls.length] as const)
  vi.restoreAllMocks()
  return Object.fromEntries(counts)
}

test('a run looks for handlers once, however many nodes and tasks it runs', async () => {
  await asked(1) // the first run makes the context that is shared by all that are not traced
  expect(await asked(2)).toEqual({ managers: 1, children: 0, contexts: 0 })
  expect(await asked(200)).toEqual({ managers: 1, children: 0, contexts: 0 })
})

test('a run with a handler configures one for each node', async () => {
  const { managers } = await asked(20, { callbacks: [{ handleChainStart: () => undefined }] })
  expect(managers).toBeGreaterThan(60)
})
