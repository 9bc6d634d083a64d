// A graph of one engine inside a graph of the other: all that both stream is what LangGraph within LangGraph streams.
import { setImmediate } from 'node:timers/promises'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import {
  END,
  MemorySaver,
  MessagesAnnotation,
  START,
  getWriter,
  pushMessage,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { describe, expect, test } from 'vitest'
import { z } from 'zod/v4'
import { allModes, type Vocabulary } from './harness/differential.ts'
import { differences } from './harness/differences.ts'
import { inTaskOrder } from './harness/in-task-order.ts'
import { oracle, pairs, type Pair } from './harness/nesting.ts'
import { normalise } from './harness/normalise.ts'
import { collect } from './harness/observe.ts'
import { ScriptedModel } from './harness/scripted-model.ts'

const hello = { messages: [new HumanMessage({ id: 'h', content: 'hello' })] }

/** A graph that uses every way to stream. */
function agent({ StateGraph }: Vocabulary) {
  const call = new AIMessage({ content: 'see', tool_calls: [{ id: 'c', name: 'add', args: { a: 1 } }] })
  const model = new ScriptedModel([call, 'two it is'])
  const add = tool(
    ({ a }, { writer }: LangGraphRunnableConfig) => {
      writer?.(['in the tool', a])
      return a + 1
    },
    { name: 'add', description: 'adds', schema: z.object({ a: z.number() }) },
  )
  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => {
      getWriter()!('in the node')
      return { messages: [await model.invoke(messages)] }
    })
    .addNode('tools', new ToolNode([add]))
    .addNode('push', async (_, config) => {
      pushMessage(new AIMessage({ id: 'p', content: 'pushed' }), config)
      await setImmediate()
      return {}
    })
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => (messages.length < 3 ? 'tools' : 'push'), [
      'tools',
      'push',
    ])
    .addEdge('tools', 'model')
    .addEdge('push', END)
    .compile()
}

type Child = ReturnType<typeof agent>
type State = typeof MessagesAnnotation.State

const calls: Record<string, (child: Child) => unknown> = {
  'is a node': (child) => child,
  'is called by a node': (child) => (state: State) => child.invoke(state),
  'is called with the config of a node': (child) => (state: State, config: LangGraphRunnableConfig) =>
    child.invoke(state, config),
  'is streamed by a node': (child) => async (state: State, config: LangGraphRunnableConfig) => {
    let last: unknown
    for await (const values of await child.stream(state, { ...config, streamMode: 'values' })) last = values
    return last
  },
}

function around({ outer, inner }: Pair, call: (child: Child) => unknown, compile: object = {}) {
  return new outer.StateGraph(MessagesAnnotation)
    .addNode('child', call(agent(inner)) as () => Promise<State>)
    .addNode('z', async () => ({ messages: [new AIMessage({ id: 'z', content: 'last' })] }))
    .addEdge(START, 'child')
    .addEdge('child', 'z')
    .compile(compile)
}

async function observe(pair: Pair, call: (child: Child) => unknown): Promise<unknown> {
  const onThread = { configurable: { thread_id: 't' } }
  const kept = around(pair, call, { checkpointer: new MemorySaver() })
  const streamMode = ['messages', 'tools', 'custom'] as never
  const v3: unknown[] = []
  for await (const { method, params } of await around(pair, call).streamEvents(hello, { version: 'v3' }))
    v3.push([method, params.namespace, params.node, params.data])
  return {
    all: inTaskOrder(
      await collect(kept.stream(hello, { ...onThread, streamMode: [...allModes], subgraphs: true })),
    ),
    ofParent: await collect(around(pair, call).stream(hello, { streamMode })),
    told: await collect(around(pair, call).stream(hello, { streamMode, subgraphs: true })),
    v2: await collect(around(pair, call).streamEvents(hello, { version: 'v2' })),
    v3,
  }
}

describe.for(Object.entries(calls))('a graph that %s', ([, call]) => {
  test.for(pairs)('streams as in LangGraph: $name', async (pair) => {
    const expected = normalise(await observe(oracle, call))
    expect(differences(expected, normalise(await observe(pair, call)))).toEqual([])
  })
})
