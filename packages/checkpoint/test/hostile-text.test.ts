// What somebody could put into a database to get at the program that reads it.
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { CorruptValueError } from '@cairn/engine/codec'
import { createLangchainCodec } from '@cairn/checkpoint'
import { describe, expect, test } from 'vitest'

const codec = createLangchainCodec()
const instance = (name: string, content: unknown): string =>
  `{"$cairn":{"$instance":[${JSON.stringify(name)},${JSON.stringify(content)}]}}`
const stored = (id: unknown, kwargs: unknown = {}, type = 'constructor'): string =>
  instance('langchain', { lc: 1, type, id, kwargs })

const messages = ['langchain_core', 'messages']

describe('a stored name picks no class but those that are registered', () => {
  test.each<readonly [string, string]>([
    ['a class of LangChain that holds no data', stored(['langchain', 'chat_models', 'openai', 'ChatOpenAI'])],
    [
      'one that could call out',
      stored(['langchain', 'tools', 'RequestsGetTool'], { url: 'http://localhost' }),
    ],
    ['a module of Node', stored(['node:child_process', 'execSync'], { command: 'true' })],
    ['a path', stored(['..', '..', 'secrets.js', 'default'])],
    ['a class of the right name in another namespace', stored(['evil', 'messages', 'AIMessage'])],
    ['a class in no namespace', stored(['AIMessage'], { content: 'x' })],
    ['the constructor of all objects', stored([...messages, 'constructor'])],
    ['the prototype', stored([...messages, '__proto__'])],
    ['an empty id', stored([])],
    ['an id that is no list', stored('AIMessage')],
    ['an id with something else than a name', stored([...messages, { toString: 'AIMessage' }])],
    ['a secret', stored(['OPENAI_API_KEY'], {}, 'secret')],
    ['what LangChain itself could not write', stored([...messages, 'AIMessage'], {}, 'not_implemented')],
    ['fields that are none', stored([...messages, 'AIMessage'], ['x'])],
    ['an extension that is not there', instance('function', 'process.exit()')],
    ['an extension named like what every object has', instance('toString', {})],
    ['an object of LangGraph that is none', instance('langgraph', { lg_name: 'Pregel' })],
    ['one named like what every object has', instance('langgraph', { lg_name: 'constructor' })],
  ])('%s', (_, text) => {
    expect(() => codec.decode(text)).toThrow(CorruptValueError)
  })
})

test("LangChain's own records are data, and nothing is made of them", () => {
  const record = { lc: 1, type: 'constructor', id: ['langchain', 'llms', 'OpenAI'], kwargs: { key: 'x' } }
  const secret = { lc: 1, type: 'secret', id: ['PATH'] }
  const text = JSON.stringify([record, secret])
  expect(codec.decode(text)).toStrictEqual([record, secret])
  expect(codec.decode(`{"$cairn":[${text},{"$undefined":true}]}`)).toStrictEqual([
    [record, secret],
    undefined,
  ])
})

describe('the prototype of what is made stays that of its class', () => {
  test.each(['kwargs', 'extra'] as const)('whatever is called __proto__ in %s', (place) => {
    const inner =
      '{"__proto__":{"polluted":true,"content":"other"},"constructor":{"prototype":{"polluted":true}}}'
    const kwargs = place === 'kwargs' ? inner.replace('{', '{"content":"hi",') : '{"content":"hi"}'
    const extra = place === 'extra' ? `,"extra":${inner}` : ''
    const id = JSON.stringify([...messages, 'AIMessage'])
    const text = `{"$cairn":{"$instance":["langchain",{"lc":1,"type":"constructor","id":${id},"kwargs":${kwargs}${extra}}]}}`
    const message = codec.decode(text) as AIMessage
    expect(Object.getPrototypeOf(message)).toBe(AIMessage.prototype)
    expect(Reflect.get(message, 'polluted')).toBeUndefined()
    expect(message.content).toBe('hi')
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  test('of documents and prompts too', () => {
    const id = ['langchain_core', 'documents', 'Document']
    const kwargs =
      '{"pageContent":"x","metadata":{"__proto__":{"polluted":true}},"__proto__":{"polluted":true}}'
    const text = stored(id).replace('"kwargs":{}', `"kwargs":${kwargs}`)
    const document = codec.decode(text) as { metadata: object }
    expect(Reflect.get(document, 'polluted')).toBeUndefined()
    expect(Reflect.get(document.metadata, 'polluted')).toBeUndefined()
  })
})

test('what a constructor does with senseless fields is refused or harmless', () => {
  const senseless: unknown[] = [null, 1, 'x', [], [null], {}, { $undefined: true }, { $def: [0, {}] }]
  const fields = [
    'content',
    'contentBlocks',
    'tool_calls',
    'additional_kwargs',
    'id',
    'usage_metadata',
    'messages',
  ]
  const classes = [
    ...['AIMessage', 'AIMessageChunk', 'ToolMessage', 'ToolMessageChunk', 'RemoveMessage', 'ChatMessage'].map(
      (name) => [...messages, name],
    ),
    ['langchain_core', 'prompt_values', 'ChatPromptValue'],
    ['langchain_core', 'prompt_values', 'ImagePromptValue'],
    ['langchain_core', 'documents', 'Document'],
  ]
  let refused = 0
  for (const id of classes) {
    for (const field of fields) {
      for (const value of senseless) {
        try {
          codec.decode(stored(id, { [field]: value }))
        } catch (error) {
          if (!(error instanceof CorruptValueError)) throw error
          refused++
        }
      }
    }
  }
  expect(refused).toBeGreaterThan(0)
})

test('messages in messages are limited in depth', () => {
  let text = '1'
  const id = JSON.stringify([...messages, 'HumanMessage'])
  for (let level = 0; level < 2000; level++) {
    text = `{"$instance":["langchain",{"lc":1,"type":"constructor","id":${id},"kwargs":{"content":"","artifact":${text}}}]}`
  }
  expect(() => codec.decode(`{"$cairn":${text}}`)).toThrow(CorruptValueError)
  let message: HumanMessage | undefined
  for (let level = 0; level < 2000; level++) {
    message = new HumanMessage({ content: '', additional_kwargs: { message } })
  }
  expect(() => codec.encode(message)).toThrow('nested deeper than 1000 levels')
})
