// Programs whose traces are compared. Each is run on LangGraph and on Cairn in a process of its own kind; nothing but
// what the tracer sends of them is looked at.
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { RunnableLambda, RunnableSequence } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain'
import {
  Command,
  MemorySaver,
  MessagesAnnotation,
  RunControl,
  START,
  Send,
  entrypoint,
  interrupt,
  task,
  type LangGraphRunnableConfig,
} from '@langchain/langgraph'
import * as langGraphPrebuilt from '@langchain/langgraph/prebuilt'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { InMemoryCache } from '@langchain/langgraph-checkpoint'
import { traceable } from 'langsmith/traceable'
import { z } from 'zod/v4'
import * as cairnPrebuilt from '../../../src/subpaths/prebuilt.ts'
import { cairn, type Vocabulary } from '../harness/vocabulary.ts'
import { collect, outcomeOf } from '../harness/observe.ts'
import { ScriptedModel } from '../harness/scripted-model.ts'
import { Counter, Log, noting } from '../harness/states.ts'

const thread = { configurable: { thread_id: 't' } }

const calling = (name: string, args: object) =>
  new AIMessage({
    id: `ai-${name}`,
    content: '',
    tool_calls: [{ id: `call-${name}`, name, args: { ...args } }],
  })

const add = () =>
  tool(({ a, b }) => a + b, {
    name: 'add',
    description: 'adds',
    schema: z.object({ a: z.number(), b: z.number() }),
  })

const addingAgent = ({ StateGraph }: Vocabulary) => {
  const model = new ScriptedModel([
    calling('add', { a: 1, b: 2 }),
    new AIMessage({ id: 'last', content: 'three' }),
  ])
  return new StateGraph(MessagesAnnotation)
    .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode('tools', new ToolNode([add()]))
    .addEdge(START, 'model')
    .addConditionalEdges('model', toolsCondition)
    .addEdge('tools', 'model')
}

/** A node that lasts until it is stopped. */
const waiting = (_: unknown, config: LangGraphRunnableConfig) =>
  new Promise<object>((resolve) => {
    config.signal?.addEventListener('abort', () => resolve({}))
  })

const childGraph = ({ StateGraph }: Vocabulary) =>
  new StateGraph(Log)
    .addNode('inner', noting('inner'))
    .addEdge(START, 'inner')
    .compile({ name: 'child graph' })

export const programs: Record<string, (vocabulary: Vocabulary) => Promise<unknown>> = {
  'plain nodes, a conditional edge and a send': async ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addNode('work', ({ id }: { id: number }) => ({ log: [`work ${id}`] }))
      .addEdge(START, 'a')
      .addConditionalEdges(
        'a',
        function toB() {
          return 'b'
        },
        ['b'],
      )
      .addConditionalEdges('b', () => [new Send('work', { id: 1 }), new Send('work', { id: 2 })], ['work'])
      .compile()
      .invoke({ log: ['in'] }),

  'a conditional edge from the start': async ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addConditionalEdges(START, () => 'a', ['a'])
      .compile()
      .invoke({ log: ['in'] }),

  'what a caller gives the run': async ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'), { metadata: { own: 1 } })
      .addEdge(START, 'a')
      .compile({ checkpointer: new MemorySaver(), name: 'mine', description: 'described' })
      .withConfig({ tags: ['bound'], metadata: { bound: 1 } })
      .invoke({ log: ['in'] }, {
        configurable: {
          thread_id: 't',
          user: 'ada',
          api_key: 'hidden',
          depth: 3,
          deep: { er: 1 },
          __own: 'no',
        },
        runName: 'named',
        runId: '11111111-1111-4111-8111-111111111111',
        tags: ['given'],
        metadata: { given: 1, user: 'kept' },
        context: { locale: 'de' },
      } as object),

  'Runnables as nodes and below them': async ({ StateGraph }) => {
    const counting = RunnableLambda.from((text: string) => text.length).withConfig({ runName: 'counting' })
    return new StateGraph(Log)
      .addNode('lambda', RunnableLambda.from(noting('lambda')).withConfig({ tags: ['lambda tag'] }) as never)
      .addNode(
        'sequence',
        RunnableSequence.from([(state: object) => state, noting('sequence') as never]) as never,
      )
      .addNode('calls', async (_, config) => {
        await counting.invoke('ambient')
        await counting.invoke('given', config)
        await counting.batch(['two', 'at once'])
        return {}
      })
      .addNode('returns', () => RunnableLambda.from(noting('returned')) as never)
      .addEdge(START, 'lambda')
      .addEdge('lambda', 'sequence')
      .addEdge('sequence', 'calls')
      .addEdge('calls', 'returns')
      .compile()
      .invoke({})
  },

  'a model and its tools': async (vocabulary) =>
    addingAgent(vocabulary)
      .compile()
      .invoke({ messages: [new HumanMessage({ id: 'in', content: '1 + 2?' })] }),

  'a model and its tools, streamed': async (vocabulary) =>
    collect(
      addingAgent(vocabulary)
        .compile()
        .stream(
          { messages: [new HumanMessage({ id: 'in', content: '1 + 2?' })] },
          { streamMode: ['messages', 'values'] },
        ),
    ),

  'nested graphs': async (vocabulary) => {
    const child = childGraph(vocabulary)
    return new vocabulary.StateGraph(Log)
      .addNode('nested', child)
      .addNode('calls', async (_, config) => {
        await child.invoke({})
        await child.invoke({}, config)
        await child.invoke({}, { runName: 'own name', tags: ['own tag'] })
        return {}
      })
      .addEdge(START, 'nested')
      .addEdge('nested', 'calls')
      .compile()
      .invoke({})
  },

  'traceable functions within nodes': async ({ StateGraph }) => {
    const inner = traceable((n: number) => n + 1, {
      name: 'inner',
      tags: ['traceable'],
      metadata: { deep: 1 },
    })
    const outer = traceable(async (n: number) => (await inner(n)) * 2, { name: 'outer', run_type: 'tool' })
    return new StateGraph(Counter)
      .addNode('a', async ({ n }) => ({ n: await outer(n) }))
      .addEdge(START, 'a')
      .compile()
      .invoke({ n: 1 })
  },

  'a Runnable within a traceable within a node': async ({ StateGraph }) => {
    const counting = RunnableLambda.from((text: string) => text.length).withConfig({ runName: 'counting' })
    const traced = traceable(async (text: string) => counting.invoke(text), { name: 'traced' })
    return new StateGraph(Counter)
      .addNode('a', async () => ({ n: await traced('four') }))
      .addEdge(START, 'a')
      .compile()
      .invoke({ n: 1 })
  },

  'a graph within a traceable': async (vocabulary) => {
    const child = childGraph(vocabulary)
    return traceable(async (log: string[]) => child.invoke({ log }), { name: 'around', tags: ['outside'] })([
      'in',
    ])
  },

  'a traceable as a node': async ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('traced', traceable(noting('traced'), { name: 'the function' }) as never)
      .addEdge(START, 'traced')
      .compile()
      .invoke({}),

  'tasks within nodes': async ({ StateGraph }) => {
    const counting = RunnableLambda.from((text: string) => text.length).withConfig({ runName: 'counting' })
    const inner = task('inner', async (text: string) => counting.invoke(text))
    const outer = task('outer', async (a: string, b: string) => (await inner(a)) + (await inner(b)))
    return new StateGraph(Counter)
      .addNode('calls', async () => ({ n: await outer('one', 'three') }))
      .addEdge(START, 'calls')
      .compile()
      .invoke({ n: 0 })
  },

  'a task that is tried again': async ({ StateGraph }) => {
    let left = 1
    const retry = { maxAttempts: 2, initialInterval: 1, jitter: false, logWarning: false }
    const flaky = task({ name: 'flaky', retry }, (n: number) => {
      if (left-- > 0) throw new Error('again')
      return n + 1
    })
    return new StateGraph(Counter)
      .addNode('calls', async ({ n }) => ({ n: await flaky(n) }), { metadata: { own: 'of the caller' } })
      .addEdge(START, 'calls')
      .compile()
      .invoke({ n: 0 })
  },

  'a node that fails': async ({ StateGraph }) =>
    outcomeOf(() =>
      new StateGraph(Log)
        .addNode('fail', (): never => {
          throw new TypeError('failed')
        })
        .addEdge(START, 'fail')
        .compile()
        .invoke({}),
    ),

  'a conditional edge that fails': async ({ StateGraph }) =>
    outcomeOf(() =>
      new StateGraph(Log)
        .addNode('a', noting('a'))
        .addEdge(START, 'a')
        .addConditionalEdges('a', (): 'a' => {
          throw new Error('no way')
        })
        .compile()
        .invoke({}),
    ),

  'a node whose update is refused': async ({ StateGraph }) =>
    outcomeOf(() =>
      new StateGraph(Log)
        .addNode('wrong', () => 'not an update' as never)
        .addEdge(START, 'wrong')
        .compile()
        .invoke({}),
    ),

  'a node that is tried again': async ({ StateGraph }) => {
    let left = 1
    return new StateGraph(Log)
      .addNode(
        'flaky',
        () => {
          if (left-- > 0) throw new Error('again')
          return {}
        },
        { retryPolicy: { initialInterval: 1, jitter: false, logWarning: false } },
      )
      .addEdge(START, 'flaky')
      .compile()
      .invoke({})
  },

  'an error handler': async ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode(
        'fail',
        (): never => {
          throw new Error('failed')
        },
        { errorHandler: () => ({ log: ['handled'] }) },
      )
      .addEdge(START, 'fail')
      .compile()
      .invoke({}),

  'a question and its answer': async ({ StateGraph }) => {
    const graph = new StateGraph(Log)
      .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
      .addNode('after', noting('after'))
      .addEdge(START, 'ask')
      .addEdge('ask', 'after')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({ log: ['in'] }, thread)
    await graph.invoke(new Command({ resume: 'yes' }), thread)
  },

  'a question in a nested graph': async (vocabulary) => {
    const child = new vocabulary.StateGraph(Log)
      .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
      .addEdge(START, 'ask')
      .compile()
    const graph = new vocabulary.StateGraph(Log)
      .addNode('child', child)
      .addEdge(START, 'child')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    await graph.invoke(new Command({ resume: 'yes' }), thread)
  },

  'static breakpoints': async ({ StateGraph }) => {
    const graph = new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .compile({ checkpointer: new MemorySaver(), interruptBefore: ['b'] })
    await graph.invoke({}, thread)
    await graph.invoke(null, thread)
  },

  commands: async ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode(
        'a',
        () => new Command({ goto: ['b', new Send('c', { log: ['sent'] })], update: { log: ['a'] } }),
        {
          ends: ['b', 'c'],
        },
      )
      .addNode('b', noting('b'))
      .addNode('c', noting('c'))
      .addEdge(START, 'a')
      .compile()
      .invoke({}),

  'a command for the graph around': async ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode(
        'leave',
        () => new Command({ graph: Command.PARENT, goto: 'after', update: { log: ['left'] } }),
      )
      .addEdge(START, 'leave')
      .compile()
    return new StateGraph(Log)
      .addNode('child', child, { ends: ['after'] })
      .addNode('after', noting('after'))
      .addEdge(START, 'child')
      .compile()
      .invoke({})
  },

  'trace policies': async ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('secret', noting('secret'), {
        tracePolicy: { processInputs: () => ({ hidden: true }), processOutputs: () => ({ hidden: true }) },
      })
      .addNode('broken', noting('broken'), {
        tracePolicy: {
          processInputs: () => {
            throw new Error('cannot process')
          },
        },
      })
      .addEdge(START, 'secret')
      .addEdge('secret', 'broken')
      .compile()
      .invoke({ log: ['in'] }),

  'hidden nodes and runs': async ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', RunnableLambda.from(noting('a')).withConfig({ tags: ['langsmith:hidden'] }) as never)
      .addEdge(START, 'a')
      .compile()
      .invoke({}),

  'a tracer as a callback': async ({ StateGraph }) => {
    const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
    await graph.invoke(
      {},
      { callbacks: [new LangChainTracer({ projectName: 'elsewhere', tags: ['of tracer'] })] },
    )
  },

  'streamed events': async ({ StateGraph }) =>
    collect(
      new StateGraph(Log)
        .addNode('a', noting('a'))
        .addEdge(START, 'a')
        .compile()
        .streamEvents({}, { version: 'v2', tags: ['events'] }),
    ),

  'a batch': async ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addEdge(START, 'a')
      .compile()
      .batch([{ log: ['one'] }, { log: ['two'] }], { tags: ['batch'] }),

  'a graph in a sequence, as a tool, with a bound name': async (vocabulary) => {
    const child = childGraph(vocabulary)
    await RunnableLambda.from((log: string[]) => ({ log }))
      .pipe(child as never)
      .invoke(['in'])
    await child.withConfig({ runName: 'bound name' }).invoke({})
    await child.asTool({ name: 'graph tool', description: 'a graph', schema: z.object({}) }).invoke({})
  },

  'a functional entrypoint with a graph in it': async (vocabulary) => {
    const child = childGraph(vocabulary)
    const run = task('run', async (text: string) => child.invoke({ log: [text] }))
    return entrypoint('the entrypoint', async (text: string) => run(text)).invoke('in')
  },

  'a root state': async ({ StateGraph }) =>
    new StateGraph<string>({
      channels: { __root__: { reducer: (a: string, b?: string) => b ?? a } } as never,
    } as never)
      .addNode('a', ((text: string) => `${text}!`) as never)
      .addEdge(START, 'a')
      .compile()
      .invoke('in' as never),

  'an aborted run': async ({ StateGraph }) => {
    const controller = new AbortController()
    return outcomeOf(() =>
      new StateGraph(Log)
        .addNode('wait', async (_, config) => {
          controller.abort(new Error('stopped'))
          await new Promise((resolve) => setImmediate(resolve))
          config.signal?.throwIfAborted()
          return {}
        })
        .addEdge(START, 'wait')
        .compile()
        .invoke({}, { signal: controller.signal }),
    )
  },

  'a stream that is left early': async ({ StateGraph }) => {
    const stream = await new StateGraph(Log)
      .addNode('wait', (_, config: LangGraphRunnableConfig) => {
        config.writer!('begun')
        return waiting(_, config)
      })
      .addEdge(START, 'wait')
      .compile()
      .stream({}, { streamMode: 'custom' })
    for await (const _ of stream) break
  },

  'a node whose sibling fails': async ({ StateGraph }) =>
    outcomeOf(() =>
      new StateGraph(Log)
        .addNode('wait', waiting)
        .addNode('fail', async (): Promise<never> => {
          await new Promise((resolve) => setImmediate(resolve))
          throw new Error('failed')
        })
        .addEdge(START, 'wait')
        .addEdge(START, 'fail')
        .compile()
        .invoke({}),
    ),

  'a node whose time runs out': async ({ StateGraph }) =>
    outcomeOf(() =>
      new StateGraph(Log)
        .addNode('wait', waiting, { timeout: 20 })
        .addEdge(START, 'wait')
        .compile()
        .invoke({}),
    ),

  'questions side by side, answered by id': async ({ StateGraph }) => {
    const ask = (name: string) => () => ({ log: [`${name} ${String(interrupt(name))}`] })
    const graph = new StateGraph(Log)
      .addNode('a', ask('a'))
      .addNode('b', ask('b'))
      .addNode('c', noting('c'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .addEdge(START, 'c')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    const { tasks } = await graph.getState(thread)
    const ids = tasks.flatMap(({ interrupts }) => interrupts.map(({ id, value }) => [id!, `to ${value}`]))
    await graph.invoke(new Command({ resume: Object.fromEntries(ids) as object }), thread)
  },

  'a failure in a nested graph': async ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode('fail', async (): Promise<never> => {
        throw new RangeError('deep')
      })
      .addEdge(START, 'fail')
      .compile({ name: 'child graph' })
    return outcomeOf(() =>
      new StateGraph(Log).addNode('child', child).addEdge(START, 'child').compile().invoke({}),
    )
  },

  'a command out of a nested graph, and a conditional edge after it': async ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode('leave', () => new Command({ graph: Command.PARENT, update: { log: ['left'] } }))
      .addEdge(START, 'leave')
      .compile()
    return new StateGraph(Log)
      .addNode('child', child)
      .addNode('after', noting('after'))
      .addEdge(START, 'child')
      .addConditionalEdges('child', () => 'after', ['after'])
      .compile()
      .invoke({})
  },

  'an input that a schema completes': async ({ StateGraph }) =>
    new StateGraph(z.object({ n: z.number().default(7), m: z.string().optional() }))
      .addNode('a', ({ n }) => ({ m: String(n) }))
      .addEdge(START, 'a')
      .compile()
      .invoke({}),

  'a context': async ({ StateGraph }) =>
    new StateGraph(Log, z.object({ locale: z.string() }))
      .addNode('a', noting('a'))
      .addEdge(START, 'a')
      .compile()
      .invoke({}, { context: { locale: 'de' }, configurable: { locale: 'de', other: 'x' } } as object),

  'a cached node': async ({ StateGraph }) => {
    const graph = new StateGraph(Counter)
      .addNode('a', ({ n }) => ({ n: n + 1 }), { cachePolicy: true })
      .addEdge(START, 'a')
      .compile({ cache: new InMemoryCache() })
    await graph.invoke({ n: 1 })
    await graph.invoke({ n: 1 })
  },

  'a drained run': async ({ StateGraph }) => {
    const control = new RunControl()
    const graph = new StateGraph(Log)
      .addNode('a', () => {
        control.requestDrain('enough')
        return {}
      })
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .addEdge('a', 'b')
      .compile({ checkpointer: new MemorySaver() })
    await outcomeOf(() => graph.invoke({}, { ...thread, control } as object))
    await graph.invoke(null, thread)
  },

  'a task that asks': async ({ StateGraph }) => {
    const ask = task('ask', (question: string) => String(interrupt(question)))
    const graph = new StateGraph(Log)
      .addNode('calls', async () => ({ log: [await ask('one'), await ask('two')] }))
      .addEdge(START, 'calls')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    await graph.invoke(new Command({ resume: 'a' }), thread)
    await graph.invoke(new Command({ resume: 'b' }), thread)
  },

  'an entrypoint': async (vocabulary) => {
    const double = task('double', async (n: number) => n * 2)
    const run = vocabulary.entrypoint(
      { name: 'doubling', checkpointer: new MemorySaver() },
      async (n: number) => (await double(n)) + Number(interrupt('more?')),
    )
    await run.invoke(2, thread)
    await run.invoke(new Command({ resume: 1 }), thread)
  },

  'an update of the state': async ({ StateGraph }) => {
    const graph = new StateGraph(Log)
      .addNode('a', noting('a'))
      .addEdge(START, 'a')
      .addConditionalEdges('a', () => '__end__')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    await graph.updateState(thread, { log: ['edited'] }, 'a')
  },

  'a node off the record': async ({ StateGraph }) => {
    const quiet = traceable(async (n: number) => n + 1, { name: 'quiet', tracingEnabled: false })
    return new StateGraph(Counter)
      .addNode('a', async ({ n }) => ({ n: await quiet(n) }))
      .addEdge(START, 'a')
      .compile()
      .invoke({ n: 1 })
  },

  'a prebuilt agent': async (vocabulary) => {
    const { createReactAgent } = vocabulary === cairn ? cairnPrebuilt : langGraphPrebuilt
    const llm = new ScriptedModel([
      calling('add', { a: 1, b: 2 }),
      new AIMessage({ id: 'last', content: 'three' }),
    ])
    const prompt = 'Add.'
    const agent = createReactAgent({ llm, tools: [add()], prompt, name: 'adder', version: 'v2' })
    await agent.invoke({ messages: [new HumanMessage({ id: 'in', content: '1 + 2?' })] }, { tags: ['agent'] })
  },

  'a prebuilt agent within a graph, streamed': async (vocabulary) => {
    const { createReactAgent } = vocabulary === cairn ? cairnPrebuilt : langGraphPrebuilt
    const llm = new ScriptedModel([
      calling('add', { a: 1, b: 2 }),
      new AIMessage({ id: 'last', content: 'three' }),
    ])
    const agent = createReactAgent({ llm, tools: [add()], name: 'adder' })
    const graph = new vocabulary.StateGraph(MessagesAnnotation)
      .addNode('agent', agent as never)
      .addEdge(START, 'agent')
      .compile()
    const input = { messages: [new HumanMessage({ id: 'in', content: '1 + 2?' })] }
    await collect(graph.stream(input, { streamMode: ['messages', 'updates'], subgraphs: true }))
  },

  'a long loop': async ({ StateGraph }) =>
    new StateGraph(Counter)
      .addNode('count', async ({ n }) => ({ n: n + 1 }))
      .addEdge(START, 'count')
      .addConditionalEdges('count', ({ n }) => (n < 5 ? 'count' : '__end__'))
      .compile()
      .invoke({ n: 0 }),
}
