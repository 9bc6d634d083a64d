import { HumanMessage } from '@langchain/core/messages'
import { Command, Overwrite, Send } from '@langchain/langgraph'
import { DeltaSnapshot, isDeltaSnapshot } from '@langchain/langgraph-checkpoint'
import { CorruptValueError } from '@cairn/engine/codec'
import { createLangchainCodec } from '@cairn/checkpoint'
import { describe, expect, test } from 'vitest'

const codec = createLangchainCodec()
const roundTrip = (value: unknown): unknown => codec.decode(codec.encode(value))

describe('objects of LangGraph come back in the form it accepts from a checkpoint', () => {
  test('a Send is its node and its arguments, values of any kind', () => {
    const args = { at: new Date(0), message: new HumanMessage('hi'), none: undefined }
    expect(roundTrip([new Send('node', args)])).toEqual([{ node: 'node', args }])
  })

  test('a Send keeps its timeout', () => {
    const send = new Send('node', {}, { timeout: { idleTimeout: 5 } })
    expect(roundTrip(send)).toMatchObject({ node: 'node', timeout: { idleTimeout: 5 } })
  })

  test('a Send of undefined still has arguments', () => {
    expect(roundTrip(new Send('node', undefined))).toStrictEqual({ node: 'node', args: undefined })
  })

  test('a Command makes the same Command again', () => {
    const command = new Command({
      graph: Command.PARENT,
      update: { at: new Date(0) },
      resume: [1],
      goto: ['a', new Send('b', { c: 1 })],
    })
    const stored = roundTrip(command) as ConstructorParameters<typeof Command>[0]
    const restored = new Command(stored)
    expect(restored).toMatchObject({ graph: Command.PARENT, update: { at: new Date(0) }, resume: [1] })
    expect(restored.goto).toEqual(command.goto)
    expect((restored.goto as unknown[])[1]).toBeInstanceOf(Send)
  })

  test('an Overwrite is taken for one, also of undefined', () => {
    for (const value of [[1, 2], undefined]) {
      const stored = roundTrip(new Overwrite(value))
      expect(Overwrite.isInstance(stored)).toBe(true)
      expect(stored).toStrictEqual({ __overwrite__: value })
    }
  })

  test('a DeltaSnapshot is one', () => {
    const stored = roundTrip(new DeltaSnapshot([new HumanMessage('hi')]))
    expect(isDeltaSnapshot(stored)).toBe(true)
    expect(stored).toStrictEqual(new DeltaSnapshot([new HumanMessage('hi')]))
  })

  test('what came back is stored again to the same effect', () => {
    for (const value of [
      new Send('node', { a: 1 }),
      new Overwrite(1),
      new Command({ goto: 'a' }),
      new DeltaSnapshot(1),
    ]) {
      const once = roundTrip(value)
      expect(roundTrip(once)).toStrictEqual(once)
    }
  })
})

test('a stored name of another object is corrupt', () => {
  for (const stored of [{ lg_name: 'AsyncBatchedStore' }, { lg_name: 'constructor' }, 'Send', null]) {
    const text = `{"$cairn":{"$instance":["langgraph",${JSON.stringify(stored)}]}}`
    expect(() => codec.decode(text)).toThrow(CorruptValueError)
  }
})
