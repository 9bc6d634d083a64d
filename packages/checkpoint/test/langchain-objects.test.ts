import { createRequire } from 'node:module'
import { Document } from '@langchain/core/documents'
import { Serializable } from '@langchain/core/load/serializable'
import {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  ChatMessageChunk,
  FunctionMessage,
  FunctionMessageChunk,
  HumanMessage,
  HumanMessageChunk,
  RemoveMessage,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
  type BaseMessage,
  type ToolCall,
} from '@langchain/core/messages'
import { ChatPromptValue, ImagePromptValue, StringPromptValue } from '@langchain/core/prompt_values'
import { CorruptValueError, createCodec } from '@cairn/engine/codec'
import { createLangchainCodec, langchainExtension } from '@cairn/checkpoint'
import { describe, expect, test } from 'vitest'

const codec = createLangchainCodec()
const roundTrip = <T>(value: T): T => codec.decode(codec.encode(value)) as T

const common = {
  id: 'message-1',
  name: 'Ada',
  additional_kwargs: { vendor: { flags: [1, null] } },
  response_metadata: { model_name: 'm', logprobs: [-0.5] },
}
const toolCall: ToolCall = {
  name: 'search',
  args: { query: 'cairn', limit: 3 },
  id: 'call-1',
  type: 'tool_call',
}
// Typed for each structure of messages apart, which does not matter here.
const usage = {
  input_tokens: 1,
  output_tokens: 2,
  total_tokens: 3,
  input_token_details: { cache_read: 1 },
} as never

const messages: readonly (readonly [string, BaseMessage])[] = [
  ['HumanMessage', new HumanMessage('hello')],
  ['HumanMessage with everything', new HumanMessage({ content: 'hello', ...common })],
  [
    'HumanMessage with blocks',
    new HumanMessage([
      { type: 'text', text: 'hi' },
      { type: 'image_url', image_url: { url: 'x:' } },
    ]),
  ],
  ['HumanMessage with standard blocks', new HumanMessage({ contentBlocks: [{ type: 'text', text: 'hi' }] })],
  ['HumanMessageChunk', new HumanMessageChunk({ content: 'he', ...common })],
  ['SystemMessage', new SystemMessage({ content: 'be brief', ...common })],
  ['SystemMessageChunk', new SystemMessageChunk({ content: 'be', ...common })],
  ['AIMessage', new AIMessage('hello')],
  [
    'AIMessage with tool calls',
    new AIMessage({ content: '', tool_calls: [toolCall], usage_metadata: usage, ...common }),
  ],
  [
    'AIMessage with a tool call that could not be read',
    new AIMessage({
      content: '',
      invalid_tool_calls: [{ name: 'search', args: '{', id: 'call-2', error: 'Malformed args.' }],
    }),
  ],
  [
    'AIMessage in the standard form',
    new AIMessage({
      contentBlocks: [
        { type: 'reasoning', reasoning: 'hm' },
        { ...toolCall, type: 'tool_call' },
      ],
      id: 'message-2',
    }),
  ],
  ['AIMessageChunk', new AIMessageChunk('he')],
  [
    'AIMessageChunk with pieces of a tool call',
    new AIMessageChunk({
      content: '',
      tool_call_chunks: [{ name: 'search', args: '{"query":"c', id: 'call-1', index: 0 }],
      ...common,
    }),
  ],
  [
    'AIMessageChunk with tool calls',
    new AIMessageChunk({ content: 'x', tool_calls: [toolCall], usage_metadata: usage, ...common }),
  ],
  [
    'AIMessageChunk, two put together',
    new AIMessageChunk({ content: 'a', id: '1' }).concat(new AIMessageChunk('b')),
  ],
  ['ToolMessage', new ToolMessage({ content: 'found', tool_call_id: 'call-1', ...common })],
  [
    'ToolMessage with an artifact',
    new ToolMessage({
      content: [],
      tool_call_id: 'call-1',
      status: 'error',
      artifact: { rows: [1] },
      metadata: { took: 1 },
    }),
  ],
  [
    'ToolMessageChunk',
    new ToolMessageChunk({
      content: 'fo',
      tool_call_id: 'call-1',
      status: 'success',
      artifact: [1],
      ...common,
    }),
  ],
  ['FunctionMessage', new FunctionMessage({ content: '4', name: 'add' })],
  ['FunctionMessageChunk', new FunctionMessageChunk({ content: '4', name: 'add' })],
  ['ChatMessage', new ChatMessage({ content: 'hi', role: 'critic', ...common })],
  ['ChatMessageChunk', new ChatMessageChunk({ content: 'hi', role: 'critic' })],
  ['RemoveMessage', new RemoveMessage({ id: 'message-1' })],
]

describe('messages come back equal', () => {
  test.each(messages)('%s', (_, message) => {
    const restored = roundTrip(message)
    expect(Object.getPrototypeOf(restored)).toBe(Object.getPrototypeOf(message))
    expect(withoutArguments(restored)).toEqual(withoutArguments(message))
    expect(visible(restored)).toEqual(visible(message))
    expect(restored.toDict()).toEqual(message.toDict())
    expect(roundTrip(restored)).toEqual(restored)
  })

  test.each(messages)('%s is stored as LangChain stores it', (_, message) => {
    const [, stored] = (JSON.parse(codec.encode(message)) as { $cairn: { $instance: [string, Stored] } })
      .$cairn.$instance
    const { kwargs, ...rest } = JSON.parse(JSON.stringify(message)) as Stored
    expect(stored).toMatchObject(rest)
    expect(Object.keys(stored)).toEqual(['lc', 'type', 'id', 'kwargs'])
    expect(Object.keys(stored.kwargs).map(snakeCase)).toEqual(
      expect.arrayContaining(Object.keys(kwargs).filter((key) => kwargs[key] !== undefined)),
    )
  })

  test('a message that was changed after it was made comes back as it is now', () => {
    const message = new AIMessage({ content: 'draft', id: '1' })
    message.content = 'final'
    message.name = 'writer'
    message.tool_calls = [toolCall]
    Object.assign(message, { usage_metadata: usage })
    const restored = roundTrip(message)
    expect(visible(restored)).toEqual(visible(message))
    expect(restored.name).toBe('writer')
  })

  test('a message keeps what was put on it from outside, and what its maker was given besides', () => {
    const message = Object.assign(new HumanMessage({ content: 'hi', custom: 1 } as never), {
      mark: { at: new Date(0) },
    })
    const restored = roundTrip(message)
    expect(restored.mark).toEqual({ at: new Date(0) })
    expect(restored.lc_kwargs).toMatchObject({ custom: 1 })
    expect(Object.keys(restored).toSorted()).toEqual(Object.keys(message).toSorted())
  })

  test('values within a message keep their kind', () => {
    const artifact = {
      when: new Date(0),
      big: 2n,
      bytes: Buffer.from('x'),
      none: undefined,
      map: new Map([[1, 2]]),
    }
    const message = new ToolMessage({ content: '', tool_call_id: '1', artifact })
    expect(roundTrip(message).artifact).toStrictEqual(artifact)
  })

  test('arguments of tool calls that look like LangChain objects or tags stay data', () => {
    const args = {
      lc: 1,
      type: 'constructor',
      id: ['langchain_core', 'messages', 'AIMessage'],
      kwargs: {},
      $date: 1,
    }
    const message = new AIMessage({
      content: '',
      tool_calls: [
        { ...toolCall, args },
        { ...toolCall, args: { $ref: 0 } },
      ],
    })
    expect(roundTrip(message).tool_calls).toEqual(message.tool_calls)
  })

  test('one message at two places is one message', () => {
    const message = new HumanMessage('hi')
    const [first, second] = roundTrip([message, message])
    expect(first).toBe(second)
  })

  test('a chunk can still be added to after it came back', () => {
    const pieces = ['{"query"', ':"cairn"}'].map(
      (args) =>
        new AIMessageChunk({
          content: '',
          tool_call_chunks: [{ name: 'search', args, id: 'call-1', index: 0 }],
        }),
    )
    expect(roundTrip(pieces[0]!).concat(pieces[1]!).tool_call_chunks).toEqual(
      pieces[0]!.concat(pieces[1]!).tool_call_chunks,
    )
  })
})

describe('other objects come back equal', () => {
  test.each([
    ['StringPromptValue', new StringPromptValue('say hi')],
    ['ChatPromptValue', new ChatPromptValue([new SystemMessage('be brief'), new HumanMessage('hi')])],
    [
      'ImagePromptValue',
      new ImagePromptValue({ imageUrl: { url: 'https://example.org/a.png', detail: 'low' } }),
    ],
    ['Document', new Document({ pageContent: 'text', metadata: { page: 1, at: new Date(0) }, id: 'd1' })],
    ['Document without id', new Document({ pageContent: '' })],
  ])('%s', (_, object) => {
    expect(roundTrip(object)).toStrictEqual(object)
  })
})

class Ticket extends Serializable {
  override lc_namespace = ['shop', 'tickets']
  override lc_serializable = true
  readonly subject: string

  constructor(fields: { readonly subject: string; readonly opened?: Date }) {
    super(fields)
    this.subject = fields.subject
  }
}

class LoudMessage extends HumanMessage {
  shout(): string {
    return this.text.toUpperCase()
  }
}

describe("the user's classes", () => {
  test('are refused when they were not passed, with the remedy', () => {
    expect(() => codec.encode({ ticket: new Ticket({ subject: 'x' }) })).toThrow(
      'Cannot store an instance of Ticket at $.ticket. ' +
        'Store its data as a plain object, or give the codec an extension for Ticket.',
    )
    expect(() => codec.encode([new LoudMessage('hi')])).toThrow('an instance of LoudMessage at $[0]')
  })

  test('come back as instances when they were passed', () => {
    const withClasses = createLangchainCodec({ classes: [Ticket, LoudMessage] })
    const values = [
      new Ticket({ subject: 'x', opened: new Date(0) }),
      new LoudMessage({ content: 'hi', id: '1' }),
    ]
    const [ticket, message] = withClasses.decode(withClasses.encode(values)) as [Ticket, LoudMessage]
    expect(ticket).toStrictEqual(values[0])
    expect(message.shout()).toBe('HI')
    expect(message).toEqual(values[1])
    expect(() => codec.decode(withClasses.encode(values))).toThrow(
      'The class shop/tickets/Ticket is not known.',
    )
  })

  test('are refused when they go by the name of a class of LangChain', () => {
    class Impostor extends SystemMessage {}
    Object.defineProperty(Impostor, 'name', { value: 'HumanMessage' })
    expect(() => codec.encode(new Impostor('hi'))).toThrow('an instance of HumanMessage')
    expect(() => createLangchainCodec({ classes: [Impostor] })).toThrow(
      'Two classes of LangChain objects are named "HumanMessage".',
    )
  })

  test('are refused when they hold secrets', () => {
    class Model extends Serializable {
      override lc_namespace = ['shop']
      override lc_serializable = true
      override get lc_secrets(): { [key: string]: string } {
        return { apiKey: 'API_KEY' }
      }
    }
    const models = createLangchainCodec({ classes: [Model] })
    expect(() => models.encode(new Model({ apiKey: 'sk-123' }))).toThrow('It holds secrets (apiKey)')
  })
})

test('objects of another copy of the package come back as objects of this one', () => {
  const otherCopy = createRequire(import.meta.url)('@langchain/core/messages') as {
    readonly AIMessage: typeof AIMessage
  }
  expect(otherCopy.AIMessage).not.toBe(AIMessage)
  const foreign = new otherCopy.AIMessage({ content: 'hi', id: '1', tool_calls: [toolCall] })
  const restored = codec.decode(codec.encode(foreign))
  expect(Object.getPrototypeOf(restored)).toBe(AIMessage.prototype)
  expect(restored).toEqual(foreign)
})

describe('what is stored picks no class that is not in the table', () => {
  test.each([
    { lc: 1, type: 'constructor', id: ['langchain_core', 'messages', 'constructor'], kwargs: {} },
    { lc: 1, type: 'constructor', id: ['langchain', 'messages', 'AIMessage'], kwargs: {} },
    { lc: 1, type: 'constructor', id: ['langchain_core', 'runnables', 'RunnableLambda'], kwargs: {} },
    { lc: 1, type: 'constructor', id: ['__proto__'], kwargs: {} },
    { lc: 1, type: 'constructor', id: [], kwargs: {} },
    { lc: 1, type: 'constructor', id: ['langchain_core', 'messages', 'AIMessage'], kwargs: [] },
    { lc: 1, type: 'secret', id: ['OPENAI_API_KEY'] },
    null,
    'AIMessage',
  ])('%j', (stored) => {
    const text = `{"$cairn":{"$instance":["langchain",${JSON.stringify(stored)}]}}`
    expect(() => codec.decode(text)).toThrow(CorruptValueError)
  })

  test('a LangChain object in plain data stays data', () => {
    const data = {
      lc: 1,
      type: 'constructor',
      id: ['langchain_core', 'messages', 'HumanMessage'],
      kwargs: { content: 'x' },
    }
    expect(roundTrip(data)).toStrictEqual(data)
  })
})

test('the extension alone can be given to any codec', () => {
  const other = createCodec({ extensions: [langchainExtension] })
  expect(other.decode(other.encode(new HumanMessage('hi')))).toEqual(new HumanMessage('hi'))
})

interface Stored {
  readonly kwargs: Readonly<Record<string, unknown>>
}

function snakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** All that a message holds, but for what its constructor was once given. */
function withoutArguments(message: BaseMessage): object {
  const { lc_kwargs: _, ...rest } = message
  return rest
}

/** What users of a message see of it. */
function visible(message: BaseMessage): unknown {
  const { id, name, content, additional_kwargs, response_metadata, contentBlocks } = message
  const rest = [
    'tool_calls',
    'invalid_tool_calls',
    'tool_call_chunks',
    'usage_metadata',
    'tool_call_id',
    'status',
  ].map((key): unknown => Reflect.get(message, key))
  return {
    id,
    name,
    content,
    additional_kwargs,
    response_metadata,
    contentBlocks,
    rest,
    type: message.getType(),
  }
}
