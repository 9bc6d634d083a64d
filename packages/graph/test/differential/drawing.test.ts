import { RunnableLambda } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import { Command, END, START } from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { z } from 'zod'
import { differential, type Vocabulary } from './harness/differential.ts'
import { outcomeOf } from './harness/observe.ts'
import { Log, noting } from './harness/states.ts'

const rich = ({ StateGraph }: Vocabulary) => {
  const inner = new StateGraph(Log).addNode('deep', noting('deep')).addEdge(START, 'deep').compile()
  const child = new StateGraph(Log)
    .addNode('one', noting('one'))
    .addNode('two', inner)
    .addEdge(START, 'one')
    .addEdge('one', 'two')
    .compile()
  return new StateGraph(Log)
    .addNode('plan', noting('plan'), { metadata: { role: 'planner' } })
    .addNode('child', child)
    .addNode('goes', () => new Command({ goto: 'join' }), { ends: ['join', 'plan'] })
    .addNode('join', noting('join'))
    .addEdge(START, 'plan')
    .addConditionalEdges('plan', () => 'child', { yes: 'child', no: 'goes', stop: END } as never)
    .addEdge(['child', 'goes'], 'join')
    .addConditionalEdges('join', () => END, ['plan', END])
    .compile({ interruptBefore: ['join'], interruptAfter: ['plan'], name: 'rich' })
}

differential('the drawing of a graph', async (vocabulary) => {
  const graph = rich(vocabulary)
  const drawings = await Promise.all(
    [false, true, 1, 2].map(async (xray) => (await graph.getGraphAsync({ xray })).drawMermaid()),
  )
  return { drawings, plain: graph.getGraph().drawMermaid(), data: graph.getGraph().toJSON() }
})

differential('the graphs within a graph', async (vocabulary) => {
  const graph = rich(vocabulary)
  const names = async (namespace?: string, recurse?: boolean) => {
    const found: unknown[] = []
    for await (const [name, { lg_is_pregel: isGraph }] of graph.getSubgraphsAsync(namespace, recurse))
      found.push([name, isGraph])
    return found
  }
  return [
    await names(),
    await names(undefined, true),
    await names('child'),
    await names('child|two', true),
    await names('none'),
  ]
})

differential('a graph as a tool', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addEdge(START, 'a')
    .compile({ name: 'worker', description: 'does work' })
  return { name: graph.getName(), description: graph.description, result: await graph.invoke({ log: ['x'] }) }
})

differential('the drawing of what the builder is made of', async ({ StateGraph }) => {
  const search = tool(() => 'found', { name: 'search', description: 'searches', schema: z.object({}) })
  const graphs = {
    'nothing but an edge': new StateGraph(Log).addEdge(START, END),
    'nodes without an end': new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .addEdge('a', 'b'),
    'a router without a map': new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .addConditionalEdges('a', () => 'b'),
    'labels, a loop and words that mermaid keeps': new StateGraph(Log)
      .addNode('subgraph', noting('a'))
      .addNode('end', noting('b'))
      .addNode('with spaces (and signs)', noting('c'))
      .addEdge(START, 'subgraph')
      .addConditionalEdges('subgraph', () => 'again', { again: 'subgraph', on: 'end', off: END })
      .addConditionalEdges('end', () => END, ['with spaces (and signs)', END])
      .addEdge('with spaces (and signs)', 'end'),
    'joins, defer, ends and handlers of errors': new StateGraph(Log)
      .addNode('a', noting('a'), { errorHandler: () => ({}) })
      .addNode('b', () => new Command({ goto: END }), { ends: ['a', END as 'a'] })
      .addNode('c', noting('c'), { defer: true })
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(['a', 'b'], 'c'),
    'runnables and tools': new StateGraph(Log)
      .addNode('lambda', RunnableLambda.from(noting('x')))
      .addNode('tools', new ToolNode([search]) as never)
      .addNode('object', { log: () => ['x'] } as never)
      .addEdge(START, 'lambda')
      .addEdge('lambda', 'tools')
      .addEdge('tools', 'object'),
  }
  return Promise.all(
    Object.entries(graphs).map(async ([name, builder]) => [
      name,
      await outcomeOf(async () => {
        const graph = builder.compile()
        const drawn = await graph.getGraphAsync()
        return [
          drawn.drawMermaid(),
          drawn.drawMermaid({ withStyles: false, curveStyle: 'basis', wrapLabelNWords: 2 }),
          drawn.toJSON(),
          graph.getGraph({ xray: true }).drawMermaid(),
        ]
      }),
    ]),
  )
})

differential(
  'the drawing of a graph that is asked with a config, bound, or without its subgraphs compiled',
  async (vocabulary) => {
    const graph = rich(vocabulary)
    const bound = graph.withConfig({ tags: ['x'] })
    return [
      (await graph.getGraphAsync({ xray: 1, configurable: { thread_id: 't' } })).drawMermaid(),
      (await bound.getGraphAsync({ xray: true })).drawMermaid(),
      (await bound.getGraphAsync()).drawMermaid(),
    ]
  },
)

differential('drawing calls neither nodes nor routers', async ({ StateGraph }) => {
  const calls: string[] = []
  const note = (name: string) => () => {
    calls.push(name)
    return END
  }
  const graph = new StateGraph(Log)
    .addNode('a', note('node') as never)
    .addEdge(START, 'a')
    .addConditionalEdges('a', note('router'))
    .compile()
  graph.getGraph({ xray: true })
  await graph.getGraphAsync({ xray: true })
  return calls
})
