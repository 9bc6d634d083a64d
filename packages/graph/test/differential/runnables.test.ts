import { RunnableLambda, RunnableMap, RunnablePassthrough, RunnableSequence } from '@langchain/core/runnables'
import { END, START, type LangGraphRunnableConfig } from '@langchain/langgraph'
import { differential, sameRuns } from './harness/differential.ts'
import { Counter, Log, noting } from './harness/states.ts'

sameRuns(
  'a RunnableLambda as a node',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode(
        'a',
        RunnableLambda.from(({ n }: typeof Counter.State) => ({ n: n + 1, log: ['a'] })),
      )
      .addNode(
        'b',
        RunnableLambda.from(async ({ n }: typeof Counter.State) => ({ n: n * 2, log: ['b'] })).withConfig({
          tags: ['mine'],
          runName: 'doubling',
        }),
      )
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ n: 1 }],
)

sameRuns(
  'a sequence as a node',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode(
        'a',
        RunnableSequence.from([
          ({ n }: typeof Counter.State) => n + 1,
          (n: number) => n * 10,
          (n: number) => ({ n, log: [`${n}`] }),
        ]),
      )
      .addEdge(START, 'a'),
  [{ n: 1 }],
)

sameRuns(
  'a map as a node, given as a plain object',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('a', { n: ({ n }: typeof Counter.State) => n + 1, log: () => ['a'] } as never)
      .addNode('b', RunnableMap.from({ log: () => ['b'] }) as never)
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ n: 1 }],
)

sameRuns(
  'a function that returns a Runnable is worth what that gives',
  ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('a', (() =>
        RunnableLambda.from(({ n }: typeof Counter.State) => ({ n: n + 1, log: ['inner'] }))) as never)
      .addNode('b', (async () => new RunnablePassthrough().pipe(() => ({ log: ['async inner'] }))) as never)
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ n: 1 }],
)

sameRuns(
  'a node with retry, timeout and metadata on a Runnable',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode(
        'a',
        RunnableLambda.from(() => ({ log: ['a'] })),
        { metadata: { own: 'meta' }, retryPolicy: { maxAttempts: 2 } },
      )
      .addEdge(START, 'a'),
  [{}],
)

sameRuns(
  'nodes given as a list, an object, or a sequence',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode([
        ['a', noting('a')],
        ['b', noting('b')],
      ])
      .addNode({ c: noting('c') })
      .addSequence([
        ['d', noting('d')],
        ['e', noting('e')],
      ])
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', 'c')
      .addEdge('c', 'd')
      .addEdge('e', END),
  [{}],
)

differential('a graph is a Runnable: pipe, batch, withConfig, sequence', async ({ StateGraph }) => {
  const build = () =>
    new StateGraph(Counter)
      .addNode('a', ({ n }, { tags, metadata, configurable }: LangGraphRunnableConfig) => ({
        n: n + 1,
        log: [String([tags, metadata?.['m'], configurable?.['c']])],
      }))
      .addEdge(START, 'a')
      .compile({ name: 'counting' })
  const graph = build()
  const bound = graph.withConfig({ tags: ['bound'], metadata: { m: 1 }, configurable: { c: 'x' } })
  const rebound = bound.withConfig({ tags: ['again'], metadata: { m: 2 } })
  const sequence = RunnableSequence.from([(n: number) => ({ n }), graph, ({ n }: { n: number }) => n * 100])
  return {
    piped: await graph.pipe(({ n }) => n * 10).invoke({ n: 1 }),
    batch: await graph.batch([{ n: 1 }, { n: 2 }, { n: 3 }]),
    limited: await graph.batch([{ n: 1 }, { n: 2 }], { maxConcurrency: 1 }),
    bound: await bound.invoke({ n: 5 }, { tags: ['call'], configurable: { c: 'y' } }),
    rebound: await rebound.invoke({ n: 5 }),
    sequence: await sequence.invoke(4),
    isSameClass: bound.constructor === graph.constructor,
    name: [graph.getName(), bound.getName(), graph.lc_namespace, graph.lg_is_pregel],
    serialised: JSON.parse(JSON.stringify(graph.toJSON())) as unknown,
  }
})

differential('a graph as a step of a sequence that streams', async ({ StateGraph }) => {
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  const chunks: unknown[] = []
  for await (const chunk of await graph.pipe((value: unknown) => value).stream({})) chunks.push(chunk)
  return chunks
})
