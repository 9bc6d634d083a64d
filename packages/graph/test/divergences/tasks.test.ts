// Tasks of one superstep: none vanishes, and what one has finished is kept.
import { setImmediate } from 'node:timers/promises'
import { UntrackedValueChannel } from '@langchain/langgraph/channels'
import { Annotation, Command, MemorySaver, START, Send, interrupt, task } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { Log, noting } from '../differential/harness/states.ts'
import { Cairn, LangGraph, endOf, thread, turns, type Builder } from './both-engines.ts'

describe('one task at a time, with sends', () => {
  const sends = (StateGraph: Builder) =>
    new StateGraph(Log)
      .addNode('work', async ({ id }: { id: number }) => {
        await setImmediate()
        return { log: [`work ${id}`] }
      })
      .addConditionalEdges(START, () => [1, 2, 3, 4, 5, 6].map((id) => new Send('work', { id })), ['work'])
      .compile()
      .invoke({}, { maxConcurrency: 1 })

  test('LangGraph runs none of them, and says nothing', async () => {
    expect(await sends(LangGraph)).toBeUndefined()
  })

  test('Cairn runs all of them', async () => {
    expect(await sends(Cairn)).toEqual({ log: [1, 2, 3, 4, 5, 6].map((id) => `work ${id}`) })
  })
})

describe('a sibling that finishes after another task has failed', () => {
  const resumed = async (StateGraph: Builder) => {
    const ran: string[] = []
    let failures = 1
    const graph = new StateGraph(Log)
      .addNode('fails', async () => {
        ran.push('fails')
        await setImmediate()
        if (failures-- > 0) throw new Error('failed')
        return { log: ['fails'] }
      })
      .addNode('slow', async () => {
        ran.push('slow')
        await turns(4)
        return { log: ['slow'] }
      })
      .addEdge(START, 'fails')
      .addEdge(START, 'slow')
      .compile({ checkpointer: new MemorySaver() })
    await endOf(graph.invoke({}, thread))
    await turns()
    return { result: await graph.invoke(null, thread), ran }
  }
  const result = { log: ['fails', 'slow'] }

  test('LangGraph drops what it wrote, and runs it again', async () => {
    expect(await resumed(LangGraph)).toEqual({ result, ran: ['fails', 'slow', 'fails', 'slow'] })
  })

  test('Cairn keeps what it wrote', async () => {
    expect(await resumed(Cairn)).toEqual({ result, ran: ['fails', 'slow', 'fails'] })
  })
})

describe('a node that returns although its run was stopped', () => {
  const resumed = async (StateGraph: Builder) => {
    let runs = 0
    const controller = new AbortController()
    const graph = new StateGraph(Log)
      .addNode('stoppable', async (_, { signal }) => {
        runs++
        if (runs === 1) {
          controller.abort()
          await turns(2)
        }
        return { log: [`stopped: ${signal?.aborted}`] }
      })
      .addEdge(START, 'stoppable')
      .compile({ checkpointer: new MemorySaver() })
    await endOf(graph.invoke({}, { ...thread, signal: controller.signal }))
    await turns()
    return { result: await graph.invoke(null, thread), runs }
  }

  test('LangGraph runs it again', async () => {
    expect(await resumed(LangGraph)).toEqual({ result: { log: ['stopped: false'] }, runs: 2 })
  })

  test('Cairn keeps what it returned', async () => {
    expect(await resumed(Cairn)).toEqual({ result: { log: ['stopped: true'] }, runs: 1 })
  })
})

describe('a node whose conditional edge fails', () => {
  const resumed = async (StateGraph: Builder) => {
    let failures = 1
    const graph = new StateGraph(Log)
      .addNode('plan', noting('plan'))
      .addNode('act', noting('act'))
      .addEdge(START, 'plan')
      .addConditionalEdges('plan', () => {
        if (failures-- > 0) throw new Error('the model is away')
        return 'act'
      })
      .compile({ checkpointer: new MemorySaver() })
    await endOf(graph.invoke({}, thread))
    return graph.invoke(null, thread)
  }

  test('LangGraph takes the node for finished: the resumed thread ends without going anywhere', async () => {
    expect(await resumed(LangGraph)).toEqual({ log: ['plan after 0'] })
  })

  test('Cairn runs the node again, and follows its edge', async () => {
    expect(await resumed(Cairn)).toEqual({ log: ['plan after 0', 'act after 1'] })
  })
})

describe('a task that fails inside a node which catches its error', () => {
  const caught = (StateGraph: Builder) => {
    const fail = task('fail', async () => {
      throw new Error('failed')
    })
    return new StateGraph(Log)
      .addNode('catches', async () => ({
        log: [await fail().catch((error: Error) => `caught: ${error.message}`)],
      }))
      .addEdge(START, 'catches')
      .compile()
      .invoke({})
  }

  test('LangGraph fails the run all the same', async () => {
    await expect(caught(LangGraph)).rejects.toThrow('failed')
  })

  test('Cairn leaves it to the node', async () => {
    expect(await caught(Cairn)).toEqual({ log: ['caught: failed'] })
  })
})

describe('a node that is tried again after it called a task or a graph', () => {
  const retried = async (StateGraph: Builder) => {
    const ran: string[] = []
    const called = task('called', async (attempt: number) => {
      ran.push(`task of attempt ${attempt}`)
      return attempt
    })
    const inner = new StateGraph(Log)
      .addNode('first', ({ log }) => {
        ran.push(`graph of ${log.at(-1)}`)
        return {}
      })
      .addEdge(START, 'first')
      .compile()
    let attempts = 0
    const { log } = await new StateGraph(Log)
      .addNode(
        'calls',
        async (_, config) => {
          const attempt = ++attempts
          const got = await called(attempt)
          const { log: left } = await inner.invoke({ log: [`attempt ${attempt}`] }, config)
          if (attempt === 1) throw new Error('failed')
          return { log: [`task ${got}`, `graph ${left.at(-1)}`] }
        },
        { retryPolicy: { maxAttempts: 2, initialInterval: 1, retryOn: () => true, logWarning: false } },
      )
      .addEdge(START, 'calls')
      .compile({ checkpointer: new MemorySaver() })
      .invoke({}, thread)
    return { ran, log }
  }

  test('LangGraph runs them again', async () => {
    expect(await retried(LangGraph)).toEqual({
      ran: ['task of attempt 1', 'graph of attempt 1', 'task of attempt 2', 'graph of attempt 2'],
      log: ['task 2', 'graph attempt 2'],
    })
  })

  test('Cairn keeps what they finished with, as when a thread goes on', async () => {
    expect(await retried(Cairn)).toEqual({
      ran: ['task of attempt 1', 'graph of attempt 1'],
      log: ['task 1', 'graph attempt 1'],
    })
  })
})

describe('a task that is called in a node with a breakpoint after it', () => {
  const called = (StateGraph: Builder) => {
    const ten = task('ten', async () => 10)
    return new StateGraph(Log)
      .addNode('calls', async () => ({ log: [`got ${await ten()}`] }))
      .addEdge(START, 'calls')
      .compile({ interruptAfter: ['calls'] })
      .invoke({})
  }

  test('LangGraph does not run it, and gives undefined for its result', async () => {
    expect(await called(LangGraph)).toMatchObject({ log: ['got undefined'] })
  })

  test('Cairn runs it', async () => {
    expect(await called(Cairn)).toMatchObject({ log: ['got 10'] })
  })
})

describe('an error handler that has finished, beside a node that asks', () => {
  const resumed = async (StateGraph: Builder) => {
    let handled = 0
    const graph = new StateGraph(Log)
      .addNode(
        'fails',
        (): never => {
          throw new Error('failed')
        },
        { errorHandler: () => ({ log: [`handled ${++handled} times`] }) } as never,
      )
      .addNode('asks', () => ({ log: [String(interrupt('?'))] }))
      .addEdge(START, 'fails')
      .addEdge(START, 'asks')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    return graph.invoke(new Command({ resume: 'yes' }), thread)
  }

  test('LangGraph runs it again when the thread goes on', async () => {
    expect(await resumed(LangGraph)).toEqual({ log: ['yes', 'handled 2 times'] })
  })

  test('Cairn keeps what it wrote', async () => {
    expect(await resumed(Cairn)).toEqual({ log: ['yes', 'handled 1 times'] })
  })
})

describe('more than ten parallel tasks on one signal', () => {
  const warned = async (StateGraph: Builder) => {
    const names: string[] = []
    const note = ({ name }: Error) => void names.push(name)
    process.on('warning', note)
    await new StateGraph(Log)
      .addNode('work', async (_: unknown, { signal }: { signal?: AbortSignal }) => {
        signal?.addEventListener('abort', () => undefined)
        await setImmediate()
        return {}
      })
      .addConditionalEdges(START, () => Array.from({ length: 12 }, (_, id) => new Send('work', { id })), [
        'work',
      ])
      .compile()
      .invoke({}, { signal: new AbortController().signal })
    await turns()
    process.off('warning', note)
    return names
  }

  test('LangGraph makes Node warn of a leak', async () => {
    expect(await warned(LangGraph)).toContain('MaxListenersExceededWarning')
  })

  test('Cairn does not', async () => {
    expect(await warned(Cairn)).toEqual([])
  })
})

describe('a stream of a run that fails', () => {
  const told = async (StateGraph: Builder) => {
    const ends: string[] = []
    const stream = await new StateGraph(Log)
      .addNode('fails', (): never => {
        throw new Error('failed')
      })
      .addEdge(START, 'fails')
      .compile()
      .stream({}, { streamMode: ['tasks', 'debug'] })
    try {
      for await (const [mode, payload] of stream) {
        const isEnd = 'result' in payload || (payload as { type?: string }).type === 'task_result'
        if (isEnd) ends.push(mode)
      }
    } catch (error) {
      ends.push((error as Error).message)
    }
    return ends
  }

  test('LangGraph drops chunks that its consumer has not taken yet', async () => {
    expect(await told(LangGraph)).not.toContain('debug')
  })

  test('Cairn gives them, and then the error', async () => {
    expect(await told(Cairn)).toEqual(['tasks', 'debug', 'failed'])
  })
})

describe('a node that wrote only to channels that are not kept, in a superstep that did not end', () => {
  const resumed = async (StateGraph: Builder) => {
    const ran: string[] = []
    const graph = new StateGraph(Connected)
      .addNode('connects', () => {
        ran.push('connects')
        return { connection: 'open' }
      })
      .addNode('asks', () => ({ log: [String(interrupt('what?'))] }))
      .addEdge(START, 'connects')
      .addEdge(START, 'asks')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    await graph.invoke(new Command({ resume: 'this' }), thread)
    return ran
  }
  const Connected = Annotation.Root({
    ...Log.spec,
    connection: () => new UntrackedValueChannel<string>(),
  })

  test('LangGraph runs it again', async () => {
    expect(await resumed(LangGraph)).toEqual(['connects', 'connects'])
  })

  test('Cairn keeps that it has finished', async () => {
    expect(await resumed(Cairn)).toEqual(['connects'])
  })
})

describe('what a node throws that can carry no fields', () => {
  const thrown = async (StateGraph: Builder, what: unknown) =>
    endOf(
      new StateGraph(Log)
        .addNode('throws', (): never => {
          throw what
        })
        .addEdge(START, 'throws')
        .compile()
        .invoke({}),
    )

  test('LangGraph fails at giving it one', async () => {
    expect(await thrown(LangGraph, 'text')).toMatchObject({
      name: 'TypeError',
      message: "Cannot create property 'pregelTaskId' on string 'text'",
    })
  })

  test('Cairn fails with it', async () => {
    expect(await thrown(Cairn, 'text')).toBe('text')
    expect(await thrown(Cairn, 5)).toBe(5)
  })
})

describe('tasks that had not started when another one failed', () => {
  const left = async (StateGraph: Builder) => {
    const graph = new StateGraph(Log)
      .addNode('work', async ({ id }: { id: number }) => {
        await setImmediate()
        if (id === 0) throw new Error('zero')
        return { log: [`work ${id}`] }
      })
      .addConditionalEdges(START, () => [0, 1, 2, 3, 4].map((id) => new Send('work', { id })), ['work'])
      .compile({ checkpointer: new MemorySaver() })
    await endOf(graph.invoke({}, { ...thread, maxConcurrency: 2 }))
    await turns()
    return (await graph.getState(thread)).next.length
  }

  test('LangGraph takes them for finished: they never run', async () => {
    expect(await left(LangGraph)).toBe(2)
  })

  test('Cairn runs them when the thread goes on', async () => {
    expect(await left(Cairn)).toBe(4) // the first sibling has finished meanwhile
  })
})
