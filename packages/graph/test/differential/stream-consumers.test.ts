// What the consumer of a stream sees and does: when it gets the stream, how it stops the run, what it is thrown.
import { setImmediate } from 'node:timers/promises'
import { END, MemorySaver, START, interrupt, type LangGraphRunnableConfig } from '@langchain/langgraph'
import { differential, type Vocabulary } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Log } from './harness/states.ts'

const slow = (name: string) => async () => {
  await setImmediate()
  return { log: [name] }
}

function twoNodes({ StateGraph }: Vocabulary, compile: object = {}) {
  return new StateGraph(Log)
    .addNode('a', slow('a'))
    .addNode('b', slow('b'))
    .addEdge(START, 'a')
    .addEdge('a', 'b')
    .compile(compile)
}

/** The second node ends when it is stopped, and notes why it was. */
function stoppable({ StateGraph }: Vocabulary, ran: unknown[]) {
  return new StateGraph(Log)
    .addNode('a', slow('a'))
    .addNode('waits', async (_, { signal }: LangGraphRunnableConfig) => {
      await new Promise<void>((resolve) => signal!.addEventListener('abort', () => resolve()))
      ran.push(signal!.reason)
      return {}
    })
    .addNode('never', () => {
      ran.push('never')
      return {}
    })
    .addEdge(START, 'a')
    .addEdge('a', 'waits')
    .addEdge('waits', 'never')
    .compile()
}

function failing({ StateGraph }: Vocabulary) {
  return new StateGraph(Log)
    .addNode('fail', async (): Promise<never> => {
      throw new TypeError('failed')
    })
    .addEdge(START, 'fail')
    .compile()
}

differential('what fails before there is a chunk is thrown by stream itself', async (vocabulary) => {
  const graph = failing(vocabulary)
  const outcomes: string[] = []
  const consume = async (options: object) => {
    try {
      const stream = await graph.stream({}, options)
      outcomes.push('a stream')
      for await (const chunk of stream) outcomes.push(`a chunk: ${Object.keys(chunk).join()}`)
    } catch (error) {
      outcomes.push(`thrown: ${String(error)}`)
    }
  }
  await consume({ streamMode: 'updates' })
  await consume({ streamMode: 'values' })
  await consume({ signal: AbortSignal.abort() })
  await consume({ signal: AbortSignal.abort('a reason') })
  await consume({ recursionLimit: 0 })
  await consume({ outputKeys: 'unknown' })
  await consume({ encoding: 'text/event-stream' })
  return outcomes
})

differential('stream resolves with its first chunk', async ({ StateGraph }) => {
  const ran: string[] = []
  const graph = new StateGraph(Log)
    .addNode('a', async () => {
      ran.push('a begins')
      await setImmediate()
      ran.push('a ends')
      return {}
    })
    .addEdge(START, 'a')
    .compile()
  const seen: unknown[] = []
  for (const streamMode of ['updates', 'custom', 'tasks'] as const) {
    const stream = await graph.stream({}, { streamMode })
    seen.push(ran.splice(0))
    seen.push(await collect(stream))
    ran.length = 0
  }
  return seen
})

differential(
  'a run is stopped by break, return, cancel and by its reader, with the reason',
  async (vocabulary) => {
    const options = { streamMode: 'updates' } as const
    const seen: unknown[] = []

    const broken: unknown[] = []
    for await (const chunk of await stoppable(vocabulary, broken).stream({}, options)) {
      broken.push(chunk)
      await setImmediate()
      break
    }
    await setImmediate()
    seen.push(broken)

    const returned: unknown[] = []
    const iterated = await stoppable(vocabulary, returned).stream({}, options)
    returned.push(await iterated.next())
    await setImmediate()
    returned.push(await iterated.return())
    await setImmediate()
    seen.push(returned)

    const cancelled: unknown[] = []
    const stream = (await stoppable(vocabulary, cancelled).stream(
      {},
      options,
    )) as unknown as ReadableStream & {
      signal: AbortSignal
    }
    cancelled.push(stream.signal.aborted)
    await setImmediate()
    await stream.cancel('enough')
    await setImmediate()
    seen.push(cancelled, stream.signal.aborted, stream.signal.reason)

    const read: unknown[] = []
    const reader = (await stoppable(vocabulary, read).stream({}, options)).getReader()
    read.push(await reader.read())
    await setImmediate()
    await reader.cancel('enough')
    await setImmediate()
    read.push(await reader.read())
    seen.push(read)
    return seen
  },
)

differential('a stream can be cancelled while somebody reads it', async (vocabulary) => {
  const stream = await twoNodes(vocabulary).stream({})
  const reader = stream.getReader()
  await reader.read()
  return outcomeOf(() => stream.cancel('enough'))
})

differential('a stream ends with the error of its signal', async (vocabulary) => {
  const seen: unknown[] = []
  for (const reason of [undefined, new TypeError('mine'), 'text']) {
    const ran: unknown[] = []
    const chunks: unknown[] = []
    const controller = new AbortController()
    const { signal } = controller
    try {
      for await (const chunk of await stoppable(vocabulary, ran).stream(
        {},
        { streamMode: 'updates', signal },
      )) {
        chunks.push(chunk)
        await setImmediate()
        controller.abort(reason)
      }
    } catch (error) {
      chunks.push({ thrown: error })
    }
    seen.push(chunks, ran)
  }
  return seen
})

differential('a run has so much time', async (vocabulary) => [
  await outcomeOf(() => stoppable(vocabulary, []).invoke({}, { timeout: 10 })),
  await collect(stoppable(vocabulary, []).stream({}, { timeout: 10, streamMode: 'updates' })),
])

differential('the error that a node throws is the one that its caller gets', async ({ StateGraph }) => {
  const error = new Error('mine')
  const graph = new StateGraph(Log)
    .addNode('fail', async (): Promise<never> => {
      throw error
    })
    .addEdge(START, 'fail')
    .compile()
  const isSame = async (run: () => Promise<unknown>) => {
    const outcome = await outcomeOf(run)
    return 'error' in outcome && outcome.error === error
  }
  return [
    await isSame(() => graph.invoke({})),
    await isSame(() => graph.stream({})),
    await isSame(async () => {
      for await (const chunk of await graph.stream({}, { streamMode: ['values', 'tasks'] })) void chunk
    }),
    Object.keys(error),
  ]
})

differential('invoke with modes and nested graphs', async (vocabulary) => {
  const graph = twoNodes(vocabulary, { checkpointer: new MemorySaver() })
  const results: unknown[] = []
  const options = [
    { streamMode: 'updates' },
    { streamMode: ['updates', 'values'] },
    { streamMode: 'debug' },
    { streamMode: 'updates', subgraphs: true },
    { subgraphs: true },
    { encoding: 'text/event-stream' },
    { streamMode: [] },
  ]
  for (const [index, each] of options.entries()) {
    results.push(await graph.invoke({}, { ...each, configurable: { thread_id: `${index}` } } as object))
  }
  return results
})

differential('modes that nobody knows, and none at all, give no chunks', async (vocabulary) => [
  await collect(twoNodes(vocabulary).stream({}, { streamMode: [] })),
  await collect(twoNodes(vocabulary).stream({}, { streamMode: 'unknown' as never })),
])

differential('the mode of a graph, and one that is bound to it', async (vocabulary) => {
  const seen: unknown[] = []
  for (const streamMode of ['values', ['values', 'updates']] as const) {
    const own = twoNodes(vocabulary)
    Object.assign(own, { streamMode })
    const bound = twoNodes(vocabulary).withConfig({ streamMode } as object)
    seen.push(await collect(own.stream({})), await collect(bound.stream({})))
    seen.push(await collect(bound.stream({}, { streamMode: 'updates' })), await bound.invoke({}))
  }
  return seen
})

/** Name and data of each event. */
function parsed(text: string): unknown {
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const [name, data] = event.split('\ndata: ')
      return [name, JSON.parse(data!)]
    })
}

differential('a response for browsers', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', slow('a'))
    .addNode('ask', () => ({ log: [String(interrupt({ n: 1 }))] }))
    .addEdge(START, 'a')
    .addEdge('a', 'ask')
    .addEdge('ask', END)
    .compile({ checkpointer: new MemorySaver() })
  const stream = await graph.stream(
    {},
    {
      configurable: { thread_id: 't' },
      encoding: 'text/event-stream',
      streamMode: ['values', 'updates', 'tasks', 'debug', 'checkpoints'],
    },
  )
  return parsed(await new Response(stream).text())
})
