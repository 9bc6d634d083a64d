// A program may hold a second copy of LangGraph: its classes are told by their marks, not by `instanceof`.
import { createRequire } from 'node:module'
import { Annotation, Command, END, MemorySaver, START, interrupt } from '@langchain/langgraph'
import type * as LangGraph from '@langchain/langgraph'
import { z } from 'zod'
import { differential, sameRuns } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'
import { untyped } from './harness/untyped.ts'

const copy = createRequire(import.meta.url)('@langchain/langgraph') as typeof LangGraph

sameRuns(
  'a Command of the other copy',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', () => new copy.Command({ goto: 'b', update: { log: ['a'] } }), { ends: ['b' as 'a'] })
      .addNode('b', () => [{ log: ['b'] }, new copy.Command({ update: { log: ['c'] } })] as never)
      .addEdge(START, 'a'),
  [{ log: ['in'] }, new copy.Command({ goto: 'b', update: { log: ['input'] } })],
)

sameRuns(
  'an Overwrite of the other copy, and its plain forms',
  (vocabulary) =>
    untyped(vocabulary, Log)
      .addNode('a', () => ({ log: new copy.Overwrite(['class']) }))
      .addNode('b', () => ({ log: { __overwrite__: ['object'] } }))
      .addNode('c', () => ({ log: { type: '__overwrite__', value: ['typed'] } }))
      .addNode('d', () => ({ log: { __overwrite__: ['more'], other: 1 } }))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .addEdge('b', 'c')
      .addEdge('c', 'd'),
  [{ log: ['in'] }],
)

sameRuns(
  'a state of the other copy',
  (vocabulary) => {
    const State = copy.Annotation.Root({
      list: copy.Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
      last: copy.Annotation<string>,
    })
    return untyped(vocabulary, State)
      .addNode('a', ({ list }: { list: string[] }) => ({ list: ['a'], last: `${list.length}` }))
      .addNode('b', () => ({ list: ['b'] }))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
  },
  [{ list: ['in'] }],
)

sameRuns(
  'a graph of the other copy as a node',
  ({ StateGraph }) => {
    const inner = new copy.StateGraph(
      copy.Annotation.Root({
        log: Annotation<string[]>({ reducer: (a, b) => a.concat(b), default: () => [] }),
      } as never) as unknown as typeof Log,
    )
      .addNode('x', noting('x'))
      .addNode('y', noting('y'))
      .addEdge(START, 'x')
      .addEdge('x', 'y')
      .compile()
    return new StateGraph(Log)
      .addNode('inner', inner as never)
      .addNode('after', noting('after'))
      .addEdge(START, 'inner')
      .addEdge('inner', 'after')
  },
  [{ log: ['in'] }],
)

differential('errors of the other copy', async ({ StateGraph }) => {
  const run = (error: Error) =>
    outcomeOf(() =>
      new StateGraph(Log)
        .addNode('a', () => {
          throw error
        })
        .addEdge(START, 'a')
        .compile({ checkpointer: new MemorySaver() })
        .invoke({ log: [] }, { configurable: { thread_id: 't' } }),
    )
  return [
    await run(new copy.NodeInterrupt('asked')),
    await run(new copy.GraphInterrupt([{ id: 'x', value: 'asked' }])),
    await run(new copy.InvalidUpdateError('wrong')),
    await run(new copy.GraphRecursionError('deep')),
  ]
})

differential('a question of the other copy', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', () => ({
      log: [copy.interrupt<string, string>('theirs'), interrupt<string, string>('ours')],
    }))
    .addEdge(START, 'a')
    .addEdge('a', END)
    .compile({ checkpointer: new MemorySaver() })
  const config = { configurable: { thread_id: 't' } }
  return [
    await outcomeOf(() => graph.invoke({ log: [] }, config)),
    await outcomeOf(() => graph.invoke(new Command({ resume: 1 }), config)),
    await outcomeOf(() => graph.invoke(new copy.Command({ resume: 2 }), config)),
  ]
})

sameRuns(
  'a StateSchema of the other copy, with reduced, untracked and delta values',
  (vocabulary) =>
    untyped(
      vocabulary,
      new copy.StateSchema({
        text: z.string().trim(),
        list: new copy.ReducedValue(
          z.array(z.string()).default(() => []),
          {
            inputSchema: z.string(),
            reducer: (list: string[], item: string) => [...list, item],
          },
        ),
        scratch: new copy.UntrackedValue(z.string()),
        delta: new copy.DeltaValue(
          z.array(z.string()).default(() => []),
          {
            reducer: (list: string[], more: string[][]) => list.concat(...more),
          } as never,
        ),
      }),
    )
      .addNode('a', () => ({ text: ' a ', list: 'a', scratch: 's', delta: ['a'] }))
      .addNode('b', (state: object) => ({ list: JSON.stringify(state), delta: ['b'] }))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
  [{ text: ' in ' }, { list: 5 }],
)

differential('a task of the other copy in a node', async ({ StateGraph }) => {
  const double = copy.task('double', async (n: number) => n * 2)
  const graph = new StateGraph(Log)
    .addNode('a', async () => ({ log: [`${await double(2)}`] }))
    .addEdge(START, 'a')
    .compile()
  return outcomeOf(() => graph.invoke({ log: [] }))
})

differential('a handler of interrupts of the other copy', async ({ StateGraph }) => {
  const told: unknown[] = []
  class Handler extends copy.GraphCallbackHandler {
    override name = 'handler'

    override handleInterrupt(event: unknown): void {
      told.push(event)
    }
  }
  const graph = new StateGraph(Log)
    .addNode('a', () => ({ log: [interrupt<string, string>('asked')] }))
    .addEdge(START, 'a')
    .compile({ checkpointer: new MemorySaver() })
  const config = { configurable: { thread_id: 't' }, callbacks: [new Handler() as never] }
  return [await outcomeOf(() => graph.invoke({ log: [] }, config)), told.length]
})
