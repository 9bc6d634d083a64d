// Instances of the user's own classes in the state, kept by an extension that the user has written.
import { START, interrupt, Command } from '@langchain/langgraph'
import { createErrorExtension, type CodecExtension } from '@cairn/engine/codec'
import { SqliteSaver } from '@cairn/sqlite'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { MemorySaver, StateGraph } from '../../src/index.ts'

class Money {
  constructor(
    readonly cents: bigint,
    readonly since: Date,
  ) {}

  get isDebt(): boolean {
    return this.cents < 0n
  }
}

class PaymentError extends Error {
  constructor(
    message: string,
    readonly account: string,
  ) {
    super(message)
    this.name = 'PaymentError'
  }
}

const money: CodecExtension<Money> = {
  name: 'money',
  match: (value) => value instanceof Money,
  encode: ({ cents, since }) => ({ cents, since }),
  decode(encoded) {
    const { cents, since } = z.object({ cents: z.bigint(), since: z.date() }).parse(encoded)
    return new Money(cents, since)
  },
}

const extensions = [money, createErrorExtension(PaymentError)]

const State = z.object({
  price: z
    .object({ cents: z.string(), since: z.string() })
    .transform(({ cents, since }) => new Money(BigInt(cents), new Date(since)))
    .or(z.instanceof(Money)),
  failure: z.instanceof(PaymentError).optional(),
  isDebt: z.boolean().optional(),
})

const savers = {
  MemorySaver: () => new MemorySaver({ extensions }),
  SqliteSaver: () => SqliteSaver.open(':memory:', { extensions }),
}

describe.each(Object.entries(savers))('an object that zod has made of what it parsed, with %s', (_, open) => {
  test('is one again after an interrupt, and in history', async () => {
    const graph = new StateGraph(State)
      .addNode('charge', ({ price }) => {
        return { price: State.shape.price.parse({ cents: `-${price.cents}`, since: '2024-02-29' }) }
      })
      .addNode('fail', () => ({ failure: new PaymentError('no', 'account-1') }))
      .addNode('ask', ({ price, failure }) => {
        interrupt('pay?')
        return { isDebt: price.isDebt && failure instanceof PaymentError && failure.account === 'account-1' }
      })
      .addEdge(START, 'charge')
      .addEdge('charge', 'fail')
      .addEdge('fail', 'ask')
      .compile({ checkpointer: open() })
    const thread = { configurable: { thread_id: 'thread-1' } }
    await graph.invoke({ price: new Money(250n, new Date(0)) }, thread)
    const { isDebt } = await graph.invoke(new Command({ resume: true }), thread)
    expect(isDebt).toBe(true)
    const { values } = await graph.getState(thread)
    expect(values.price).toStrictEqual(new Money(-250n, new Date('2024-02-29')))
    expect(values.failure).toBeInstanceOf(PaymentError)
    expect(String(values.failure)).toBe('PaymentError: no')
  })
})
