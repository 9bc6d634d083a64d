// What LangGraph's helpers read of the config around them, and do with it.
import { AsyncLocalStorage } from 'node:async_hooks'
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons'
import {
  GraphInterrupt,
  GraphValueError,
  INTERRUPT,
  InMemoryStore,
  MemorySaver,
  START,
  StateGraph,
  getConfig,
  getCurrentTaskInput,
  getStore,
  getWriter,
  interrupt,
  isInvalidResume,
} from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { z } from 'zod/v4'
import { ambientConfig, withAmbientConfig } from '../../src/langgraph/ambient.ts'
import * as keys from '../../src/langgraph/config-keys.ts'
import { interruptId } from '../../src/langgraph/interrupt-id.ts'
import { isInterruptId } from '../../src/langgraph/scratchpad.ts'
import { Log } from '../differential/harness/states.ts'

interface Pad {
  interruptCounter: number
  resume: unknown[]
  nullResume?: unknown
  consumeNullResume?: () => unknown
}

/** Asks under a config made by hand; gives the answer or what was thrown, and what was sent. */
function ask(
  scratchpad: Pad,
  changes: Record<string, unknown> = {},
  options?: Parameters<typeof interrupt>[1],
) {
  const sent: unknown[] = []
  const configurable = {
    [keys.CHECKPOINTER]: new MemorySaver(),
    [keys.CHECKPOINT_NAMESPACE]: 'node:id',
    [keys.SCRATCHPAD]: scratchpad,
    [keys.SEND]: (writes: unknown[]) => sent.push(...writes),
    ...changes,
  }
  try {
    const answer: unknown = AsyncLocalStorageProviderSingleton.runWithConfig({ configurable }, () =>
      interrupt('?', options),
    )
    return { answer, sent }
  } catch (thrown) {
    return { thrown, sent }
  }
}

describe('interrupt()', () => {
  test('throws the question with the id of its place', () => {
    const { thrown } = ask({ interruptCounter: -1, resume: [] })
    expect(thrown).toBeInstanceOf(GraphInterrupt)
    expect((thrown as GraphInterrupt).interrupts).toEqual([{ id: interruptId('node:id', 0), value: '?' }])
  })

  test('counts its questions in the scratchpad', () => {
    const pad = { interruptCounter: -1, resume: ['first', 'second'] }
    ask(pad)
    ask(pad)
    expect(pad.interruptCounter).toBe(1)
  })

  test('takes the answer of its position, and sends the answers so far', () => {
    expect(ask({ interruptCounter: 0, resume: ['first', 'second', 'third'] })).toEqual({
      answer: 'second',
      sent: [['__resume__', ['first', 'second']]],
    })
  })

  test('takes an answer without an id by consumeNullResume, and sends it', () => {
    const pad: Pad = {
      interruptCounter: -1,
      resume: [],
      nullResume: 'plain',
      consumeNullResume: () => 'plain',
    }
    expect(ask(pad)).toEqual({ answer: 'plain', sent: [['__resume__', ['plain']]] })
  })

  test('needs a saver', () => {
    expect(
      ask({ interruptCounter: -1, resume: [] }, { [keys.CHECKPOINTER]: undefined }).thrown,
    ).toBeInstanceOf(GraphValueError)
  })

  test('marks an answer that does not fit its schema', () => {
    const { thrown } = ask({ interruptCounter: -1, resume: ['text'] }, {}, { responseSchema: z.number() })
    expect(isInvalidResume(thrown as Error)).toBe(true)
  })
})

describe('the id of a question', () => {
  test('is 32 hexadecimal digits, and differs by namespace and by answers before it', () => {
    const ids = [interruptId('a:1', 0), interruptId('a:1', 1), interruptId('b:1', 0)]
    expect(ids.every(isInterruptId)).toBe(true)
    expect(new Set(ids).size).toBe(3)
  })

  test('is the one that LangGraph gives in a run', async () => {
    let namespace = ''
    const graph = new StateGraph(Log)
      .addNode('ask', (_, { configurable }) => {
        namespace = String(configurable?.['checkpoint_ns'])
        return { log: [String(interrupt('?'))] }
      })
      .addEdge(START, 'ask')
      .compile({ checkpointer: new MemorySaver() })
    const asked: unknown = await graph.invoke({}, { configurable: { thread_id: 't' } })
    expect((asked as { [INTERRUPT]: { id: string }[] })[INTERRUPT][0]!.id).toBe(interruptId(namespace, 0))
  })
})

describe('the ambient config', () => {
  const storage = () =>
    (globalThis as Record<symbol, unknown>)[
      Symbol.for('ls:tracing_async_local_storage')
    ] as AsyncLocalStorage<{
      extra?: Record<symbol, unknown>
      tracingEnabled?: boolean
    }>

  test('is in one AsyncLocalStorage, under a global symbol', () => {
    expect(storage()).toBeInstanceOf(AsyncLocalStorage)
  })

  test('hides in the extra of a run tree that is switched off', () => {
    const config = { configurable: { user: 1 } }
    AsyncLocalStorageProviderSingleton.runWithConfig(config, () => {
      expect(storage().getStore()!.extra![Symbol.for('lc:child_config')]).toBe(config)
      expect(storage().getStore()!.tracingEnabled).toBe(false)
    })
  })

  test('carries context variables on', () => {
    const variables = Symbol.for('lc:context_variables')
    const around = { [variables]: { a: 1 } } as never
    storage().run(around, () => {
      AsyncLocalStorageProviderSingleton.runWithConfig({}, () => {
        expect((storage().getStore() as Record<symbol, unknown>)[variables]).toEqual({ a: 1 })
      })
    })
  })

  test("is found by LangGraph's helpers when Cairn puts it there", () => {
    const store = new InMemoryStore()
    const writer = () => undefined
    const config = { store, writer, configurable: { [keys.SCRATCHPAD]: { currentTaskInput: 'input' } } }
    withAmbientConfig(config as never, () => {
      expect(getConfig()).toBe(config)
      expect(ambientConfig()).toBe(config)
      expect(getStore()).toBe(store)
      expect(getWriter()).toBe(writer)
      expect(getCurrentTaskInput()).toBe('input')
    })
  })

  test('is found where LangGraph puts it', () => {
    const config = { configurable: { user: 1 } }
    AsyncLocalStorageProviderSingleton.runWithConfig(config, () => expect(ambientConfig()).toBe(config))
  })
})
