// Values of every kind that a codec keeps, LangChain's among them, in any nesting.

import { Document } from '@langchain/core/documents'
import { Serializable } from '@langchain/core/load/serializable'
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import { CorruptValueError, createErrorExtension, type CodecExtension } from '@cairn/engine/codec'
import { createLangchainCodec } from '@cairn/checkpoint'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryGraph, arbitraryTree } from '../../engine/test/codec/arbitrary-value.ts'
import { isSameGraph } from '../../engine/test/codec/same-graph.ts'

class Money {
  constructor(
    readonly cents: bigint,
    readonly since: Date,
  ) {}
}

const money: CodecExtension<Money> = {
  name: 'money',
  match: (value) => value instanceof Money,
  encode: ({ cents, since }) => ({ cents, since }),
  decode(encoded) {
    const { cents, since } = encoded as Money
    return new Money(cents, since)
  },
}

class PaymentError extends Error {}

class Note extends Serializable {
  override lc_namespace = ['letters']
  override lc_serializable = true
  readonly text: unknown

  constructor(fields: { text: unknown }) {
    super(fields)
    this.text = fields.text
  }
}

const codec = createLangchainCodec({
  classes: [Note],
  extensions: [money, createErrorExtension(PaymentError)],
})

const small = arbitraryTree()
const id = fc.option(fc.uuid(), { nil: undefined })
const content = fc.oneof(
  fc.string(),
  fc.array(
    fc.string().map((text) => ({ type: 'text' as const, text })),
    { maxLength: 2 },
  ),
)
const plain = { noNullPrototype: true } as const
const instances = [
  fc
    .record({ content, additional_kwargs: fc.record({ vendor: small }, plain) }, plain)
    .map((fields) => new HumanMessage(fields)),
  fc
    .tuple(fc.string(), id, fc.dictionary(fc.string(), small, { maxKeys: 2, ...plain }), small)
    .map(([text, messageId, args, meta]) => {
      const calls = [{ name: 'pay', args, id: 'call-1', type: 'tool_call' as const }]
      const fields = { content: text, tool_calls: calls, response_metadata: { meta } }
      return new AIMessage(messageId === undefined ? fields : { ...fields, id: messageId })
    }),
  // An artifact that is undefined is one that is absent.
  fc
    .tuple(
      content,
      small.map((value) => value ?? null),
    )
    .map(
      ([given, artifact]) =>
        new ToolMessage({ content: given, artifact, tool_call_id: 'call-1', status: 'error' }),
    ),
  fc
    .tuple(fc.string(), small)
    .map(([pageContent, meta]) => new Document({ pageContent, metadata: { meta } })),
  small.map((text) => new Note({ text })),
  fc.tuple(fc.bigInt(), fc.date({ noInvalidDate: true })).map(([cents, since]) => new Money(cents, since)),
  fc.tuple(fc.string(), small).map(([message, cause]) => new PaymentError(message, { cause })),
]

describe('any nesting of values of any kind', () => {
  test('comes back equal, and gives the same text again', () => {
    const comesBack = fc.property(arbitraryGraph(instances), ({ value }) => {
      const text = codec.encode(value)
      const restored = codec.decode(text)
      return isSameGraph(value, restored) && codec.encode(restored) === text
    })
    expect(() => fc.assert(comesBack, { numRuns: 300 })).not.toThrow()
  })

  test('leaves the value as it was', () => {
    const isLeft = fc.property(arbitraryTree(instances), (value) => {
      const text = codec.encode(value)
      codec.decode(text)
      return codec.encode(value) === text
    })
    expect(() => fc.assert(isLeft, { numRuns: 300 })).not.toThrow()
  })

  test('is either read or refused as corrupt when its text was damaged', () => {
    const texts = arbitraryTree(instances).map((value) => codec.encode(value))
    const at = fc.double({ min: 0, max: 0.999_999, noNaN: true })
    const decodes = fc.property(
      texts,
      at,
      fc.nat(3),
      fc.string({ maxLength: 3 }),
      (text, place, length, letters) => {
        const from = Math.floor(place * text.length)
        try {
          codec.decode(text.slice(0, from) + letters + text.slice(from + length))
        } catch (error) {
          if (!(error instanceof CorruptValueError)) throw error
        }
      },
    )
    expect(() => fc.assert(decodes, { numRuns: 1000 })).not.toThrow()
  })
})
