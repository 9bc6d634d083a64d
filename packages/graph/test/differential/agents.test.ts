import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import {
  Command,
  END,
  MemorySaver,
  MessagesAnnotation,
  START,
  getConfig,
  interrupt,
  pushMessage,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { z } from 'zod/v4'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { collect } from './harness/observe.ts'
import { ScriptedModel } from './harness/scripted-model.ts'

const thread = { configurable: { thread_id: 't' } }

const calling = (...calls: [name: string, args: object][]) =>
  new AIMessage({
    content: 'let me see',
    tool_calls: calls.map(([name, args], index) => ({
      id: `call-${name}-${index}`,
      name,
      args: { ...args },
    })),
  })

const tools = () => [
  tool(({ a, b }) => a + b, {
    name: 'add',
    description: 'adds',
    schema: z.object({ a: z.number(), b: z.number() }),
  }),
  tool(
    ({ text }) =>
      new Command({ update: { messages: [new HumanMessage({ id: 'from-tool', content: text })] } }),
    {
      name: 'say',
      description: 'says',
      schema: z.object({ text: z.string() }),
    },
  ),
  tool(
    () => {
      throw new Error('the tool failed')
    },
    { name: 'fail', description: 'fails', schema: z.object({}) },
  ),
  tool(({ question }) => `answered ${String(interrupt(question))}`, {
    name: 'ask',
    description: 'asks',
    schema: z.object({ question: z.string() }),
  }),
]

/** A model and its tools, in a loop. */
function agent({ StateGraph }: Vocabulary, script: readonly (string | AIMessage)[]) {
  const model = new ScriptedModel(script)
  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', new ToolNode(tools()))
    .addEdge(START, 'model')
    .addConditionalEdges('model', toolsCondition, ['tools', END])
    .addEdge('tools', 'model')
}

const hello = { messages: [new HumanMessage({ id: 'h', content: 'hello' })] }

/** `observeRuns` compiles three times; each graph begins the script anew. */
sameRuns('a model without tools answers', (vocabulary) => agent(vocabulary, ['good day to you']), [hello])

sameRuns(
  'a loop of a model and its tools',
  (vocabulary) =>
    agent(vocabulary, [calling(['add', { a: 1, b: 2 }], ['add', { a: 3, b: 4 }]), 'three and seven']),
  [hello],
)

sameRuns(
  'a tool that fails tells the model',
  (vocabulary) => agent(vocabulary, [calling(['fail', {}], ['add', { a: 1, b: 1 }]), 'one of them failed']),
  [hello],
)

differential('a tool that asks', async (vocabulary) => {
  const graph = agent(vocabulary, [calling(['ask', { question: 'sure?' }]), 'thank you']).compile({
    checkpointer: new MemorySaver(),
  })
  return [
    await graph.invoke(hello, thread),
    await graph.getState(thread),
    await graph.invoke(new Command({ resume: 'yes' }), thread),
  ]
})

differential('tokens of a model below a node', async (vocabulary) => {
  const script = ['one two three', calling(['add', { a: 1, b: 2 }]), 'four five']
  const graph = agent(vocabulary, script).compile()
  return [
    await collect(graph.stream(hello, { streamMode: 'messages' })),
    await collect(
      graph.stream(hello, { streamMode: ['messages', 'updates'], tags: ['mine'], metadata: { m: 1 } }),
    ),
  ]
})

differential('tokens of a model in a nested graph', async (vocabulary) => {
  const child = agent(vocabulary, ['one two', 'three four', 'five six']).compile()
  const graph = new vocabulary.StateGraph(MessagesAnnotation)
    .addNode('child', child)
    .addNode('calls', async ({ messages }) => ({ messages: (await child.invoke({ messages })).messages }))
    .addEdge(START, 'child')
    .addConditionalEdges('child', ({ messages }) => (messages.length < 3 ? 'calls' : END), ['calls', END])
    .compile()
  return [
    await collect(graph.stream(hello, { streamMode: 'messages' })),
    await collect(graph.stream(hello, { streamMode: 'messages', subgraphs: true })),
  ].slice(0, 1)
})

differential('a model that is not to stream, and a node that is not to be seen', async ({ StateGraph }) => {
  const quiet = new ScriptedModel(['quiet']).withConfig({ tags: ['nostream'] })
  const loud = new ScriptedModel(['loud and clear'])
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('quiet', async () => {
      await quiet.invoke('x')
      return {}
    })
    .addNode('loud', async () => ({ messages: [await loud.invoke('x')] }))
    .addNode('plain', () => ({ messages: [new AIMessage({ id: 'plain', content: 'by the node' })] }))
    .addEdge(START, 'quiet')
    .addEdge('quiet', 'loud')
    .addEdge('loud', 'plain')
    .compile()
  return collect(graph.stream({ messages: [] }, { streamMode: 'messages' }))
})

differential('a message is pushed by hand', async ({ StateGraph }) => {
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('push', (_, config: LangGraphRunnableConfig) => {
      pushMessage(new AIMessage({ id: 'p1', content: 'pushed' }), config)
      pushMessage({ id: 'p2', role: 'ai', content: 'not kept' }, { ...getConfig(), stateKey: null } as never)
      return {}
    })
    .addEdge(START, 'push')
    .compile()
  return [
    await collect(graph.stream({ messages: [] }, { streamMode: ['messages', 'updates', 'values'] })),
    await graph.invoke({ messages: [] }),
  ]
})

differential('what tools tell while they run', async (vocabulary) => {
  const graph = agent(vocabulary, [calling(['add', { a: 1, b: 2 }], ['fail', {}]), 'done']).compile()
  return collect(graph.stream(hello, { streamMode: 'tools' as never }))
})
