// The `messages` and `tools` modes: which messages are told, from where, with which ids, and which only once.
import { setImmediate } from 'node:timers/promises'
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager'
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  ToolMessage,
  type BaseMessage,
} from '@langchain/core/messages'
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import { RunnableLambda } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import {
  Annotation,
  Command,
  END,
  MemorySaver,
  MessagesAnnotation,
  START,
  Send,
  getWriter,
  interrupt,
  pushMessage,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import { ToolNode } from '@langchain/langgraph/prebuilt'
import { z } from 'zod/v4'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { ScriptedModel } from './harness/scripted-model.ts'

const hello = { messages: [new HumanMessage({ id: 'h', content: 'hello' })] }
const messagesAndUpdates = { streamMode: ['messages', 'updates'] as ('messages' | 'updates')[] }

type Update = { messages?: BaseMessage | BaseMessage[] } | Command
type Node = (state: typeof MessagesAnnotation.State, config: LangGraphRunnableConfig) => Promise<Update>

function oneNode({ StateGraph }: Vocabulary, node: Node) {
  return new StateGraph(MessagesAnnotation)
    .addNode('a', node as never)
    .addEdge(START, 'a')
    .compile()
}

/** A model that does not stream. */
class WholeModel extends BaseChatModel {
  override _llmType(): string {
    return 'whole'
  }

  override async _generate(): Promise<ChatResult> {
    return { generations: [{ text: 'whole', message: new AIMessage('whole') }] }
  }
}

/** A model that streams one word, and then does what it is told to. */
class WordModel extends BaseChatModel {
  readonly #ids: readonly string[]
  readonly #fails: boolean

  constructor({ ids = [], fails = false }: { ids?: readonly string[]; fails?: boolean }) {
    super({})
    this.#ids = ids
    this.#fails = fails
  }

  override _llmType(): string {
    return 'word'
  }

  override async _generate(): Promise<ChatResult> {
    throw new Error('this model only streams')
  }

  override async *_streamResponseChunks(
    _messages: BaseMessage[],
    _options: this['ParsedCallOptions'],
    manager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    for (const id of this.#ids) {
      const chunk = new ChatGenerationChunk({ text: id, message: new AIMessageChunk({ content: id, id }) })
      yield chunk
      await manager?.handleLLMNewToken(id, undefined, undefined, undefined, undefined, { chunk })
    }
    if (this.#fails) throw new Error('the model failed')
  }
}

/** How a node may come by a message. */
const ways: Record<string, Node> = {
  invoked: async () => ({ messages: [await new ScriptedModel(['one two']).invoke('ask')] }),
  streamed: async () => {
    let message: AIMessageChunk | undefined
    for await (const chunk of await new ScriptedModel(['one two']).stream('ask')) {
      message = message === undefined ? chunk : message.concat(chunk)
    }
    return { messages: [message!] }
  },
  'after a prompt': async ({ messages }) => {
    const prompt = ChatPromptTemplate.fromMessages([
      ['system', 'answer'],
      ['placeholder', '{messages}'],
    ])
    return { messages: [await prompt.pipe(new ScriptedModel(['one two'])).invoke({ messages })] }
  },
  'with a name, tags and metadata': async () => {
    const model = new ScriptedModel(['one two']).withConfig({
      runName: 'mine',
      tags: ['t'],
      metadata: { m: 1 },
    })
    return { messages: [await model.invoke('ask')] }
  },
  'that cannot stream': async () => ({ messages: [await new WholeModel({}).invoke('ask')] }),
  'that may not stream': async () => {
    const model = Object.assign(new ScriptedModel(['one two']), { disableStreaming: true })
    return { messages: [await model.invoke('ask')] }
  },
  'with an id for each chunk': async () => ({
    messages: [await new WordModel({ ids: ['x', 'y', 'z'] }).invoke('ask')],
  }),
  'twice at once': async () => ({
    messages: await Promise.all([
      new ScriptedModel(['one two']).invoke('ask'),
      new ScriptedModel(['three four']).invoke('ask'),
    ]),
  }),
  'whose tokens nobody wants, by tag': async () => {
    const model = new ScriptedModel(['one two']).withConfig({ tags: ['langsmith:nostream'] })
    return { messages: [await model.invoke('ask')] }
  },
  'that fails': async () => ({ messages: [await new WordModel({ ids: ['x'], fails: true }).invoke('ask')] }),
  'that fails, with another answer in its place': async () => {
    await outcomeOf(() => new WordModel({ ids: ['x'], fails: true }).invoke('ask'))
    return { messages: [new AIMessage({ id: 'f', content: 'another' })] }
  },
}

for (const [way, node] of Object.entries(ways)) {
  differential(`messages of a model ${way}`, (vocabulary) =>
    collect(oneNode(vocabulary, node).stream(hello, messagesAndUpdates)),
  )
}

/** What a node may return messages in. */
const results: Record<string, () => unknown> = {
  'a list': () => ({
    messages: [new AIMessage('one'), new ToolMessage({ content: 'two', tool_call_id: 'c' })],
  }),
  'no list': () => ({ messages: new AIMessage('one') }),
  'a command': () => new Command({ update: { messages: [new AIMessage('one')] } }),
  'a list of commands': () => [
    new Command({ update: { messages: new AIMessage('one') } }),
    { messages: [new AIMessage('two')] },
  ],
}

for (const [name, result] of Object.entries(results)) {
  differential(`messages that a node returns in ${name}`, (vocabulary) => {
    const node = async () => {
      await setImmediate()
      return result() as Update
    }
    return collect(oneNode(vocabulary, node).stream(hello, { streamMode: ['messages', 'updates', 'values'] }))
  })
}

differential('messages under any key, but for those that a node was given', async ({ StateGraph }) => {
  const State = Annotation.Root({ one: Annotation<BaseMessage>, some: Annotation<unknown[]> })
  const given = new HumanMessage({ id: 'given', content: 'given' })
  const graph = new StateGraph(State)
    .addNode('a', () => ({ one: given, some: [new AIMessage({ id: 'new', content: 'new' }), 'text'] }))
    .addEdge(START, 'a')
    .compile()
  return collect(graph.stream({ one: given }, { streamMode: 'messages' }))
})

differential('a message with the id of an earlier one is not told again', async ({ StateGraph }) => {
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('a', () => ({ messages: [new AIMessage({ id: 'same', content: 'one' })] }))
    .addNode('b', () => ({ messages: [new AIMessage({ id: 'same', content: 'two' })] }))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile()
  return collect(graph.stream(hello, { streamMode: ['messages', 'values'] }))
})

differential('messages of a node that is not to be seen', async ({ StateGraph }) => {
  const hidden = RunnableLambda.from(() => ({ messages: [new AIMessage({ id: 'a', content: 'hidden' })] }))
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('a', hidden.withConfig({ tags: ['langsmith:hidden'] }))
    .addEdge(START, 'a')
    .compile()
  return collect(graph.stream(hello, { streamMode: ['messages', 'updates', 'tasks', 'values'] }))
})

differential(
  'tokens of a model in a conditional edge, and in a node that was sent',
  async ({ StateGraph }) => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('a', async () => ({}))
      .addNode('b', async () => ({ messages: [await new ScriptedModel(['in the node']).invoke('ask')] }))
      .addEdge(START, 'a')
      .addConditionalEdges('a', async () => {
        await new ScriptedModel(['in the edge']).invoke('ask')
        return [new Send('b', {})]
      })
      .compile()
    return collect(graph.stream(hello, { streamMode: 'messages' }))
  },
)

/** A model and a tool that asks a model, once around; a message is pushed at the end. */
function agent({ StateGraph }: Vocabulary) {
  const call = new AIMessage({ content: 'see', tool_calls: [{ id: 'c', name: 'think', args: {} }] })
  const model = new ScriptedModel([call, 'done now'])
  const think = tool(
    async (_, config: LangGraphRunnableConfig) => {
      config.writer?.('in the tool')
      return (await new ScriptedModel(['deep thought']).invoke('ask', config)).text
    },
    { name: 'think', description: 'thinks', schema: z.object({}) },
  )
  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', new ToolNode([think]))
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

differential('tokens of a model in a tool, and of the model that calls it', async (vocabulary) => [
  await collect(
    agent(vocabulary).stream(hello, { streamMode: ['messages', 'updates', 'tools', 'custom'] as never }),
  ),
  await collect(agent(vocabulary).stream(hello, { streamMode: 'messages', subgraphs: true })),
])

/** How a graph may be run by a node of another. */
const calls: Record<string, (child: ReturnType<typeof agent>) => unknown> = {
  'as a node': (child) => child,
  'called by a node': (child) => (state: typeof MessagesAnnotation.State) => child.invoke(state),
  'called with its config':
    (child) => (state: typeof MessagesAnnotation.State, config: LangGraphRunnableConfig) =>
      child.invoke(state, config),
  'whose values are streamed': (child) => async (state: typeof MessagesAnnotation.State) => {
    let last: unknown
    for await (const values of await child.stream(state, { streamMode: 'values' })) last = values
    return last
  },
}

for (const [name, call] of Object.entries(calls)) {
  differential(`messages and tools of a nested graph ${name}`, async (vocabulary) => {
    const graph = () =>
      new vocabulary.StateGraph(MessagesAnnotation)
        .addNode('child', call(agent(vocabulary)) as Node)
        .addNode('z', async () => ({ messages: [new AIMessage({ id: 'z', content: 'last' })] }))
        .addEdge(START, 'child')
        .addEdge('child', 'z')
        .compile()
    const streamMode = ['messages', 'tools', 'custom', 'updates'] as never
    return [
      await collect(graph().stream(hello, { streamMode: 'messages' })),
      await collect(graph().stream(hello, { streamMode })),
      await collect(graph().stream(hello, { streamMode, subgraphs: true })),
    ]
  })
}

differential('messages of a stream within a stream', async (vocabulary) => {
  const child = oneNode(vocabulary, async () => ({
    messages: [await new ScriptedModel(['one two']).invoke('ask')],
  }))
  const inner: unknown[] = []
  const graph = oneNode(vocabulary, async () => {
    inner.push(await collect(child.stream({ messages: [] }, { streamMode: 'messages' })))
    return {}
  })
  return [
    await collect(graph.stream(hello, { streamMode: 'messages' })),
    await collect(graph.stream(hello, { streamMode: 'messages', subgraphs: true })),
    inner,
  ]
})

differential('messages of a task, in a graph and in one inside', async (vocabulary) => {
  const ask = task('ask', async () => {
    getWriter()!('in the task')
    return new ScriptedModel(['one two']).invoke('ask')
  })
  const child = oneNode(vocabulary, async () => ({ messages: [await ask()] }))
  const graph = new vocabulary.StateGraph(MessagesAnnotation)
    .addNode('child', child)
    .addEdge(START, 'child')
    .compile()
  const streamMode = ['messages', 'custom', 'updates'] as const
  return [
    await collect(child.stream(hello, { streamMode: [...streamMode] })),
    await collect(graph.stream(hello, { streamMode: [...streamMode] })),
    await collect(graph.stream(hello, { streamMode: [...streamMode], subgraphs: true })),
  ]
})

differential('a message that is pushed needs an id', (vocabulary) =>
  outcomeOf(() =>
    oneNode(vocabulary, async (_, config) => {
      pushMessage(new AIMessage('no id'), config)
      return {}
    }).invoke(hello),
  ),
)

differential('what tools tell that go on for long, fail, ask, or do not exist', async ({ StateGraph }) => {
  const tools = [
    tool(
      async function* ({ n }: { n: number }) {
        for (let index = 0; index < n; index++) {
          await setImmediate()
          yield index
        }
        return 'counted'
      } as never,
      { name: 'count', description: 'counts', schema: z.object({ n: z.number() }) },
    ),
    tool(
      async () => {
        throw new Error('the tool failed')
      },
      { name: 'fail', description: 'fails', schema: z.object({}) },
    ),
    tool(async () => interrupt('sure?'), { name: 'ask', description: 'asks', schema: z.object({}) }),
  ]
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('tools', new ToolNode(tools))
    .addEdge(START, 'tools')
    .compile({ checkpointer: new MemorySaver() })
  const calling = [
    { id: '1', name: 'count', args: { n: 2 } },
    { id: '2', name: 'count', args: { n: 'two' } },
    { id: '3', name: 'fail', args: {} },
    { id: '4', name: 'ask', args: {} },
    { id: '5', name: 'unknown', args: {} },
  ]
  const seen: unknown[] = []
  for (const call of calling) {
    const input = { messages: [new AIMessage({ id: 'ai', content: '', tool_calls: [call] })] }
    const configurable = { thread_id: call.id }
    seen.push(await collect(graph.stream(input, { configurable, streamMode: ['tools', 'updates'] as never })))
  }
  return seen
})

differential('what tools tell that a node calls itself', async (vocabulary) => {
  const double = tool(({ n }) => n * 2, {
    name: 'double',
    description: 'doubles',
    schema: z.object({ n: z.number() }),
  })
  const graph = oneNode(vocabulary, async () => {
    await double.invoke({ n: 1 })
    await double.invoke({ id: 'c', name: 'double', args: { n: 2 }, type: 'tool_call' })
    return {}
  })
  return collect(graph.stream(hello, { streamMode: 'tools' as never }))
})
