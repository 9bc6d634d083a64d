import { Command, END, START } from '@langchain/langgraph'
import { differential, type Vocabulary } from './harness/differential.ts'
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
