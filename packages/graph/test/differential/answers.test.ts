// When an answer is taken, and by whom: where a question is open, where it is gone, and where none was asked yet.
import {
  Command,
  INTERRUPT,
  MemorySaver,
  NodeInterrupt,
  START,
  Send,
  interrupt,
  isUnknownInterruptError,
  task,
  type StateSnapshot,
} from '@langchain/langgraph'
import { z as z3 } from 'zod/v3'
import { z } from 'zod/v4'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { nested } from './harness/nested.ts'
import { historyOf, kindOfOutcome, outcomeOf } from './harness/observe.ts'
import { thread, type AnyGraph } from './harness/same-thread.ts'
import { Log, noting } from './harness/states.ts'

const answer = (resume: unknown, more: object = {}) => new Command({ resume, ...more }) as never

const asking =
  (...questions: string[]) =>
  () => ({ log: questions.map((question) => `${question} ${String(interrupt(question))}`) })

const asksBetween = ({ StateGraph }: Vocabulary): AnyGraph =>
  new StateGraph(Log)
    .addNode('a', noting('a'))
    .addNode('ask', asking('?'))
    .addNode('z', noting('z'))
    .addEdge(START, 'a')
    .addEdge('a', 'ask')
    .addEdge('ask', 'z')
    .compile({ checkpointer: new MemorySaver() }) as never

function before(history: readonly StateSnapshot[], node: string): StateSnapshot['config'] {
  return history.find(({ next }) => next.join() === node)!.config
}

const edits: Readonly<Record<string, (graph: AnyGraph) => Promise<unknown>>> = {
  'an edit': (graph) => graph.updateState(thread, { log: ['edited'] }),
  'an edit as the node before': (graph) => graph.updateState(thread, { log: ['edited'] }, 'a'),
  'an edit as the node that asks': (graph) => graph.updateState(thread, { log: ['edited'] }, 'ask'),
  'two edits': async (graph) => {
    await graph.updateState(thread, { log: ['edited'] }, 'a')
    return graph.updateState(thread, { log: ['again'] }, 'a')
  },
  'an empty edit': (graph) => graph.updateState(thread, null),
  'a copy': (graph) => graph.updateState(thread, null, '__copy__'),
  'an update by a command': (graph) =>
    graph.invoke(new Command({ update: { log: ['updated'] } }) as never, thread),
}

for (const [edit, make] of Object.entries(edits)) {
  differential(`an answer after ${edit} of a thread that waits`, async (vocabulary) => {
    const graph = asksBetween(vocabulary)
    await graph.invoke({ log: [] }, thread)
    await make(graph)
    return [await graph.invoke(answer('yes'), thread), await graph.getState(thread)]
  })
}

differential('an answer to an edited copy of a question that was answered', async (vocabulary) => {
  const graph = asksBetween(vocabulary)
  await graph.invoke({ log: [] }, thread)
  await graph.invoke(answer('first'), thread)
  const copy = await graph.updateState(before(await historyOf(graph), 'ask'), { log: ['edited'] })
  return [await graph.invoke(answer('second'), copy), await graph.getState(thread)]
})

for (const node of ['a', 'ask']) {
  differential(
    `an answer to a thread that stands at a breakpoint of one run, before ${node}`,
    async (vocabulary) => {
      const graph = asksBetween(vocabulary)
      await graph.invoke({ log: [] }, { ...thread, interruptBefore: [node] as never })
      return [await graph.invoke(answer('yes'), thread), await graph.getState(thread)]
    },
  )
}

nested('an answer to a thread that stands at a breakpoint of a nested graph', async ({ outer, inner }) => {
  const child = new inner.StateGraph(Log)
    .addNode('one', noting('one'))
    .addNode('two', noting('two'))
    .addEdge(START, 'one')
    .addEdge('one', 'two')
    .compile({ interruptBefore: ['two'] })
  const graph = new outer.StateGraph(Log)
    .addNode('child', child)
    .addEdge(START, 'child')
    .compile({ checkpointer: new MemorySaver() })
  return [await graph.invoke({}, thread), await graph.invoke(answer('go on'), thread)]
})

differential(
  'an answer to a node that failed before it asked, and one to a node after the one that asked',
  async ({ StateGraph }) => {
    const failingOnce = (body: () => { log: string[] }) => {
      let failures = 1
      return () => {
        if (failures-- > 0) throw new Error('failed')
        return body()
      }
    }
    const asks = new StateGraph(Log)
      .addNode('ask', failingOnce(asking('?')))
      .addEdge(START, 'ask')
      .compile({ checkpointer: new MemorySaver() })
    const later = new StateGraph(Log)
      .addNode('ask', asking('?'))
      .addNode(
        'z',
        failingOnce(() => ({ log: ['z'] })),
      )
      .addEdge(START, 'ask')
      .addEdge('ask', 'z')
      .compile({ checkpointer: new MemorySaver() })
    return [
      await outcomeOf(() => asks.invoke({}, thread)),
      await outcomeOf(() => asks.invoke(answer('yes'), thread)),
      await outcomeOf(() => later.invoke({}, thread)),
      await outcomeOf(() => later.invoke(answer('yes'), thread)),
      await outcomeOf(() => later.invoke(answer('yes'), thread)),
    ]
  },
)

differential('an answer that comes with a destination before anything was asked', async (vocabulary) => {
  const graph = asksBetween(vocabulary)
  return [await graph.invoke(answer('ready', { goto: 'ask' }), thread), await graph.getState(thread)]
})

differential('an answer that is an empty object', async (vocabulary) => {
  const graph = asksBetween(vocabulary)
  await graph.invoke({ log: [] }, thread)
  return graph.invoke(answer({}), thread)
})

differential('a command with no answer, as its answer', async (vocabulary) => {
  const graph = asksBetween(vocabulary)
  await graph.invoke({ log: [] }, thread)
  return [
    await outcomeOf(() => graph.invoke(answer(null), thread)),
    await outcomeOf(() => graph.invoke(answer(undefined), thread)),
  ]
})

const sameQuestion: Readonly<Record<string, (vocabulary: Vocabulary) => unknown>> = {
  'of parallel nodes': ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', asking('approve?'))
      .addNode('b', asking('approve?'))
      .addEdge(START, 'a')
      .addEdge(START, 'b'),
  'of tasks that were sent': ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('work', ({ id }: { id: number }) => ({ log: [`${id} ${String(interrupt('approve?'))}`] }))
      .addConditionalEdges(START, () => [1, 2, 3].map((id) => new Send('work', { id })), ['work']),
  'of parallel nested graphs': ({ StateGraph }) => {
    const child = (name: string) =>
      new StateGraph(Log).addNode(name, asking('approve?')).addEdge(START, name).compile()
    return new StateGraph(Log)
      .addNode('a', child('in a'))
      .addNode('b', child('in b'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
  },
  'of a nested graph that is sent to': ({ StateGraph }) => {
    const child = new StateGraph(Log)
      .addNode('pre', noting('pre'))
      .addNode('ask', asking('approve?'))
      .addEdge(START, 'pre')
      .addEdge('pre', 'ask')
      .compile()
    return new StateGraph(Log)
      .addNode('child', child)
      .addConditionalEdges(START, () => ['x', 'y'].map((item) => new Send('child', { log: [item] })), [
        'child',
      ])
  },
}

for (const [whose, build] of Object.entries(sameQuestion))
  sameRuns(`one answer to the same question ${whose}`, build, [{ log: ['in'] }, answer('yes')])

sameRuns(
  'one answer to nodes that stopped without a question',
  ({ StateGraph }) => {
    let stops = 4
    const stopping = (name: string) => () => {
      if (stops-- > 2) throw new NodeInterrupt(name)
      return { log: [name] }
    }
    return new StateGraph(Log)
      .addNode('a', stopping('a'))
      .addNode('b', stopping('b'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
  },
  { inputs: [{}, answer('go on')], config: { recursionLimit: 9 } },
)

interface Asked {
  readonly [INTERRUPT]: readonly { readonly id: string; readonly value: unknown }[]
}

function idsOf(result: unknown): string[] {
  return (result as Asked)[INTERRUPT].map(({ id }) => id)
}

differential('answers by id, one of them to nobody', async (vocabulary) => {
  const graph = asksBetween(vocabulary)
  const [id] = idsOf(await graph.invoke({ log: [] }, thread))
  return graph.invoke(answer({ [id!]: 'yes', ['0'.repeat(32)]: 'no' }), thread)
})

const called = task(
  'called',
  async (number: number) => `${number} ${String(interrupt(`question ${number}`))}`,
)

const inTasks = {
  'one after the other': async () => ({ log: [await called(1), await called(2)] }),
  'side by side': async () => ({ log: await Promise.all([called(1), called(2)]) }),
  'after one of the node': async () => ({ log: [String(interrupt('own')), await called(1)] }),
}

for (const [how, node] of Object.entries(inTasks)) {
  differential(`questions of tasks, ${how}, answered by id`, async ({ StateGraph }) => {
    const graph = new StateGraph(Log)
      .addNode('a', node)
      .addEdge(START, 'a')
      .compile({ checkpointer: new MemorySaver() })
    const seen: unknown[] = []
    let result: unknown = await graph.invoke({}, thread)
    for (let round = 0; round < 3 && INTERRUPT in (result as object); round++) {
      seen.push(result, await graph.getState(thread))
      result = await graph.invoke(
        answer(Object.fromEntries(idsOf(result).map((id) => [id, `answer ${round}`]))),
        thread,
      )
    }
    return [...seen, result, await graph.getState(thread)]
  })
}

sameRuns(
  'a router asks where to go',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('a', noting('a'))
      .addNode('b', noting('b'))
      .addEdge(START, 'a')
      .addConditionalEdges('a', () => String(interrupt('where?')), ['b']),
  [{}, answer('b')],
)

for (const [version, schema] of Object.entries({
  3: z3.object({ n: z3.coerce.number() }),
  4: z.object({ n: z.coerce.number() }),
})) {
  differential(`an answer is what a schema of zod ${version} makes of it`, async ({ StateGraph }) => {
    const graph = new StateGraph(Log)
      .addNode('ask', () => ({ log: [JSON.stringify(interrupt('?', { responseSchema: schema as never }))] }))
      .addEdge(START, 'ask')
      .compile({ checkpointer: new MemorySaver() })
    return [await graph.invoke({}, thread), await graph.invoke(answer({ n: '5' }), thread)]
  })
}

differential('an answer that a schema refuses, beside a node that goes on', async ({ StateGraph }) => {
  const responseSchema = z.object({ n: z.number() })
  const graph = new StateGraph(Log)
    .addNode('ask', () => ({ log: [String(interrupt<string, { n: number }>('?', { responseSchema }).n)] }))
    .addNode('other', asking('other?'))
    .addEdge(START, 'ask')
    .addEdge(START, 'other')
    .compile({ checkpointer: new MemorySaver() })
  const [first, second] = idsOf(await graph.invoke({}, thread))
  return [
    await kindOfOutcome(() => graph.invoke(answer({ [first!]: 'bad', [second!]: 'fine' }), thread)),
    await graph.getState(thread),
    await outcomeOf(() => graph.invoke(answer({ [first!]: { n: 3 } }), thread)),
  ]
})

const strictly = { configurable: { thread_id: 't', __pregel_strict_resume: true } }

differential('in strict mode, answers that match no open question are refused', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('a', asking('a?', 'a again?'))
    .addNode('b', asking('a?'))
    .addEdge(START, 'a')
    .addEdge(START, 'b')
    .compile({ checkpointer: new MemorySaver() })
  const [a, b] = idsOf(await graph.invoke({}, strictly))
  const refused = async (resume: unknown) => {
    const outcome = await outcomeOf(() => graph.invoke(answer(resume), strictly))
    if (!('error' in outcome)) return outcome
    const { reason, interruptIds, pendingIds } = outcome.error as Record<string, unknown>
    const count = (pendingIds as string[]).length
    return { ...outcome, reason, interruptIds, count, isKnown: isUnknownInterruptError(outcome.error) }
  }
  return [
    await refused('plain'),
    await refused({}),
    await refused({ ['0'.repeat(32)]: 'nobody', [a!]: 'A' }),
    await refused({ [a!]: 'A', [b!]: 'B' }),
    await refused({ [a!]: 'A' }),
    await refused('plain'),
  ]
})
