import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { Command, MemorySaver, MessagesAnnotation, START, interrupt } from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { z } from 'zod/v4'
import { differential } from './harness/differential.ts'
import { ScriptedModel } from './harness/scripted-model.ts'
import { Log, noting } from './harness/states.ts'

interface ProtocolEvent {
  readonly method: string
  readonly params: object
}

/** The events of each method, in order, without their times. */
async function byMethod(run: AsyncIterable<unknown>): Promise<Record<string, unknown[]>> {
  const events: Record<string, unknown[]> = {}
  for await (const event of run) {
    const { method, params } = event as ProtocolEvent
    ;(events[method] ??= []).push({ ...params, timestamp: 0 })
  }
  return events
}

differential('streamEvents v3 of a graph with one inside', async ({ StateGraph }) => {
  const child = new StateGraph(Log).addNode('inner', noting('inner')).addEdge(START, 'inner').compile()
  const graph = new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('child', child)
    .addEdge(START, 'a')
    .addEdge('a', 'child')
    .compile({ checkpointer: new MemorySaver() })
  const run = await graph.streamEvents({ log: ['in'] }, { version: 'v3', configurable: { thread_id: 't' } })
  const events = await byMethod(run)
  return { events, output: await run.output, interrupted: run.interrupted }
})

differential('streamEvents v3 of a question', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
    .addEdge(START, 'ask')
    .compile({ checkpointer: new MemorySaver() })
  const options = { version: 'v3', configurable: { thread_id: 't' } } as const
  const asked = await graph.streamEvents({}, options)
  const events = [await byMethod(asked)]
  const answered = await graph.streamEvents(new Command({ resume: 'yes' }), options)
  events.push(await byMethod(answered))
  return {
    events,
    interrupted: asked.interrupted,
    interrupts: asked.interrupts,
    output: await answered.output,
  }
})

differential('streamEvents v3 of a model', async ({ StateGraph }) => {
  const model = new ScriptedModel(['one two three'])
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addEdge(START, 'model')
    .compile()
  const run = await graph.streamEvents(
    { messages: [new HumanMessage({ id: 'h', content: 'hi' })] },
    { version: 'v3' },
  )
  return byMethod(run)
})

differential('streamEvents v3 of a model and its tools', async ({ StateGraph }) => {
  const call = new AIMessage({
    content: 'let me see',
    tool_calls: [{ id: 'c1', name: 'add', args: { a: 1 } }],
  })
  const model = new ScriptedModel([call, 'two'])
  const add = tool(({ a }) => a + 1, {
    name: 'add',
    description: 'adds',
    schema: z.object({ a: z.number() }),
  })
  const child = new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', new ToolNode([add]))
    .addNode('plain', () => ({
      messages: [new AIMessage({ id: 'p', content: [{ type: 'text', text: 'by hand' }] })],
    }))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => (messages.length > 2 ? 'plain' : 'tools'), [
      'tools',
      'plain',
    ])
    .addEdge('tools', 'model')
    .compile()
  const graph = new StateGraph(MessagesAnnotation).addNode('agent', child).addEdge(START, 'agent').compile()
  return byMethod(
    await graph.streamEvents({ messages: [new HumanMessage({ id: 'h', content: 'hi' })] }, { version: 'v3' }),
  )
})
