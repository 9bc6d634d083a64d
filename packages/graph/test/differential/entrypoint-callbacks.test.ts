import { setImmediate } from 'node:timers/promises'
import { dispatchCustomEvent } from '@langchain/core/callbacks/dispatch'
import { HumanMessage } from '@langchain/core/messages'
import { RunnableLambda } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import { Command, MemorySaver, interrupt, task } from '@langchain/langgraph'
import { LastValue } from '@langchain/langgraph/channels'
import { Channel } from '@langchain/langgraph/pregel'
import { z } from 'zod'
import { differential } from './harness/differential.ts'
import { collect, outcomeOf } from './harness/observe.ts'
import { Recorder } from './harness/recorder.ts'
import { ScriptedModel } from './harness/scripted-model.ts'

const thread = { configurable: { thread_id: 't' } }

differential('a handler sees an entrypoint and its tasks', async ({ entrypoint }) => {
  const recorder = new Recorder()
  const double = task('double', async (n: number) => n * 2)
  const sync = task('sync', (text: string) => `${text}!`)
  const flow = entrypoint('flow', async (n: number) => [
    await double(n),
    await sync('a'),
    await double(n + 1),
  ])
  await flow.invoke(1, { callbacks: [recorder], tags: ['tag'], metadata: { meta: 1 } })
  return recorder.events
})

differential('a handler sees an entrypoint with a saver', async ({ entrypoint }) => {
  const recorder = new Recorder()
  const double = task('double', async (n: number) => n * 2)
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (n: number) => ({
    doubled: await double(n),
  }))
  await flow.invoke(1, { ...thread, callbacks: [recorder], runName: 'named' })
  await flow.invoke(2, { ...thread, callbacks: [recorder] })
  return recorder.events
})

differential('a handler sees nested tasks', async ({ entrypoint }) => {
  const recorder = new Recorder()
  const inner = task('inner', async (n: number) => n + 1)
  const outer = task('outer', async (n: number) => inner(await inner(n)))
  await entrypoint('flow', async (n: number) => outer(n)).invoke(1, { callbacks: [recorder] })
  return recorder.events
})

differential('a handler sees Runnables in entrypoints and tasks', async ({ entrypoint }) => {
  const recorder = new Recorder()
  const lambda = RunnableLambda.from((n: number) => n + 1).withConfig({ runName: 'adds' })
  const calls = task('calls', async (n: number) => lambda.invoke(n))
  const flow = entrypoint('flow', async (n: number, config) => {
    await dispatchCustomEvent('mine', { n })
    return lambda.invoke(await calls(n), config)
  })
  await flow.invoke(1, { callbacks: [recorder] })
  return recorder.events
})

differential('a handler sees failures of tasks', async ({ entrypoint }) => {
  const recorder = new Recorder()
  const fails = task('fails', async () => {
    throw new RangeError('no')
  })
  const outcome = await outcomeOf(() =>
    entrypoint('flow', async () => fails()).invoke(1, { callbacks: [recorder] }),
  )
  return { outcome, events: recorder.events.filter((event) => !('fails' in (event as object))) }
})

differential('a handler sees an entrypoint that fails', async ({ entrypoint }) => {
  const recorder = new Recorder()
  const flow = entrypoint('flow', async () => {
    throw new RangeError('no')
  })
  return {
    outcome: await outcomeOf(() => flow.invoke(1, { callbacks: [recorder] })),
    events: recorder.events,
  }
})

differential('a handler sees questions', async ({ entrypoint }) => {
  const recorder = new Recorder()
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () =>
    interrupt<string, string>('?'),
  )
  await flow.invoke(1, { ...thread, callbacks: [recorder] })
  await flow.invoke(new Command({ resume: 'yes' }), { ...thread, callbacks: [recorder] })
  return recorder.events
})

differential('a handler sees tasks that ask', async ({ entrypoint }) => {
  const recorder = new Recorder()
  const ask = task('ask', async () => interrupt<string, string>('?'))
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () => ask())
  await flow.invoke(1, { ...thread, callbacks: [recorder] })
  await flow.invoke(new Command({ resume: 'yes' }), { ...thread, callbacks: [recorder] })
  return recorder.events
})

differential('a handler sees a plain Pregel', async ({ Pregel }) => {
  const recorder = new Recorder()
  const graph = new Pregel({
    name: 'plain',
    nodes: {
      one: Channel.subscribeTo('input')
        .pipe((n: number) => n + 1)
        .pipe(Channel.writeTo(['inbox'])),
      two: Channel.subscribeTo('inbox')
        .pipe(RunnableLambda.from((n: number) => n * 2).withConfig({ runName: 'doubles' }))
        .pipe((n: number) => n + 1)
        .pipe(Channel.writeTo(['output'])),
    },
    channels: {
      input: new LastValue<number>(),
      inbox: new LastValue<number>(),
      output: new LastValue<number>(),
    },
    inputChannels: 'input',
    outputChannels: 'output',
  } as never)
  await graph.invoke(1, { callbacks: [recorder] })
  return recorder.events
})

differential('a handler sees the older kind of graph', async ({ Graph }) => {
  const recorder = new Recorder()
  const graph = new Graph()
    .addNode('a', (text: string) => `${text} a`)
    .addNode('b', (text: string) => `${text} b`)
    .addEdge('__start__', 'a')
    .addConditionalEdges('a' as never, () => 'b' as never)
    .addEdge('b', '__end__')
    .compile()
  await graph.invoke('in', { callbacks: [recorder] })
  return recorder.events
})

const plainEvents = async (stream: AsyncIterable<{ event: string; name: string; data: unknown }>) =>
  (await collect(stream)).map((each) => {
    const { event, name, data, tags, metadata } = each as Record<string, unknown>
    return { event, name, data, tags, metadata }
  })

differential('the events of an entrypoint', async ({ entrypoint }) => {
  const double = task('double', async (n: number) => n * 2)
  const flow = entrypoint('flow', async (n: number) => double(await double(n)))
  return [
    await plainEvents(flow.streamEvents(1, { version: 'v2' }) as never),
    await plainEvents(flow.streamEvents(1, { version: 'v1' }) as never),
  ]
})

differential('the events of models in an entrypoint and its tasks', async ({ entrypoint }) => {
  const model = new ScriptedModel(['hello there', 'and you'])
  const asks = task('asks', async (text: string) => (await model.invoke([new HumanMessage(text)])).text)
  const flow = entrypoint('flow', async (text: string) => [
    await asks(text),
    (await model.invoke([new HumanMessage(text)])).text,
  ])
  const events = await plainEvents(flow.streamEvents('hi', { version: 'v2' }) as never)
  return events.map(({ event, name, metadata, tags }) => ({ event, name, metadata, tags }))
})

for (const subgraphs of [false, true]) {
  differential(
    `messages of models in an entrypoint and its tasks${subgraphs ? ', with those of graphs within' : ''}`,
    async ({ entrypoint }) => {
      const build = () => {
        const model = new ScriptedModel(['hello there', 'and you', 'quiet'])
        const asks = task('asks', async (text: string) => (await model.invoke([new HumanMessage(text)])).text)
        return entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (text: string) => {
          const first = await asks(text)
          const second = await model.invoke([new HumanMessage(text)])
          const quiet = await model.withConfig({ tags: ['nostream'] }).invoke([new HumanMessage(text)])
          return [first, second, quiet]
        })
      }
      return [
        await collect(build().stream('hi', { ...thread, streamMode: 'messages', subgraphs })),
        await collect(
          build().stream('hi', { ...thread, streamMode: ['messages', 'updates'] as never, subgraphs }),
        ),
      ]
    },
  )
}

differential('messages that entrypoints and tasks return', async ({ entrypoint }) => {
  const says = task('says', async (text: string) => new HumanMessage({ content: text, id: `id ${text}` }))
  const flow = entrypoint('flow', async (text: string) => {
    const said = await says(text)
    return { messages: [said, new HumanMessage({ content: 'more', id: 'more' })] }
  })
  const single = entrypoint('single', async (text: string) => new HumanMessage({ content: text, id: '1' }))
  const list = entrypoint('list', async (text: string) => [new HumanMessage({ content: text, id: '1' })])
  return [
    await collect(flow.stream('a', { streamMode: 'messages' })),
    await collect(single.stream('a', { streamMode: 'messages' })),
    await collect(list.stream('a', { streamMode: 'messages' })),
  ]
})

differential('tools in entrypoints and tasks', async ({ entrypoint }) => {
  const recorder = new Recorder()
  const add = tool(async ({ a, b }) => String(a + b), {
    name: 'add',
    description: 'adds',
    schema: z.object({ a: z.number(), b: z.number() }),
  })
  const calls = task('calls', async (n: number) => add.invoke({ a: n, b: 1 }))
  const flow = entrypoint('flow', async (n: number) => [await calls(n), await add.invoke({ a: n, b: 2 })])
  await flow.invoke(1, { callbacks: [recorder] })
  return [recorder.events, await collect(flow.stream(1, { streamMode: 'tools' as never }))]
})

differential('chunks as a server sends them', async ({ entrypoint }) => {
  const double = task('double', async (n: number) => n * 2)
  const flow = entrypoint('flow', async (n: number) => double(n))
  const text = new TextDecoder()
  const chunks = await collect(
    flow.stream(1, { encoding: 'text/event-stream', streamMode: ['updates', 'values'] } as never),
  )
  return chunks.map((chunk) => text.decode(chunk as Uint8Array))
})

differential('who stops reading an entrypoint', async ({ entrypoint }) => {
  const seen: unknown[] = []
  const double = task('double', async (n: number) => {
    await setImmediate()
    return n * 2
  })
  const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async (n: number) =>
    double(await double(n)),
  )
  for await (const chunk of await flow.stream(1, thread)) {
    seen.push(chunk)
    break
  }
  return seen
})
