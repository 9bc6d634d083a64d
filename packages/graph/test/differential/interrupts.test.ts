import { setImmediate } from 'node:timers/promises'
import {
  Annotation,
  Command,
  END,
  INTERRUPT,
  MemorySaver,
  NodeInterrupt,
  START,
  Send,
  interrupt,
  isInterrupted,
} from '@langchain/langgraph'
import { z } from 'zod/v4'
import { differential, sameRuns, type Vocabulary } from './harness/differential.ts'
import { kindOfOutcome, outcomeOf } from './harness/observe.ts'
import { storedRecords } from './harness/stored-records.ts'
import { Log, noting } from './harness/states.ts'

const thread = { configurable: { thread_id: 't' } }

sameRuns(
  'a node asks, and goes on with the answer',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('before', noting('before'))
      .addNode('ask', ({ log }) => ({ log: [`answered ${interrupt({ question: 'how many', log })}`] }))
      .addNode('after', noting('after'))
      .addEdge(START, 'before')
      .addEdge('before', 'ask')
      .addEdge('ask', 'after'),
  [{}, new Command({ resume: 42 })],
)

sameRuns(
  'a node asks three times, and is run from its beginning each time',
  ({ StateGraph }) => {
    let runs = 0
    return new StateGraph(Log)
      .addNode('ask', async () => {
        runs++
        const first: unknown = interrupt('first')
        await setImmediate()
        const second: unknown = interrupt('second')
        const third: unknown = interrupt({ third: [first, second] })
        return { log: [`${first} ${second} ${third} in ${runs} runs`] }
      })
      .addEdge(START, 'ask')
  },
  [{}, new Command({ resume: 'a' }), new Command({ resume: 'b' }), new Command({ resume: 'c' })],
)

sameRuns(
  'answers that are falsy are answers',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', () => ({
        log: [JSON.stringify([interrupt('zero'), interrupt('empty'), interrupt('false')])],
      }))
      .addEdge(START, 'ask'),
  [{}, new Command({ resume: 0 }), new Command({ resume: '' }), new Command({ resume: false })],
)

sameRuns(
  'an answer may be any value',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', () => ({ log: [JSON.stringify([interrupt('list'), interrupt('object')])] }))
      .addEdge(START, 'ask'),
  [{}, new Command({ resume: [1, [2]] }), new Command({ resume: { deep: { er: true } } })],
)

sameRuns(
  'an answer comes with an update and a destination',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', ({ log }) => ({ log: [`${interrupt('go?')} after ${log.length}`] }))
      .addNode('other', noting('other'))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', () => END, ['other', END]),
  [{}, new Command({ resume: 'yes', update: { log: ['updated'] }, goto: 'other' })],
)

sameRuns(
  'siblings of a node that asks finish, and do not run again',
  ({ StateGraph }) => {
    let runs = 0
    return new StateGraph(Log)
      .addNode('ask', () => ({ log: [`ask: ${interrupt('?')}`] }))
      .addNode('quick', () => ({ log: [`quick ${++runs}`] }))
      .addNode('slow', async () => {
        await setImmediate()
        return { log: [`slow ${++runs}`] }
      })
      .addNode('joined', noting('joined'))
      .addEdge(START, 'ask')
      .addEdge(START, 'quick')
      .addEdge(START, 'slow')
      .addEdge(['ask', 'quick', 'slow'], 'joined')
  },
  [{}, new Command({ resume: 'done' })],
)

sameRuns(
  'new input on a thread that waits gives the question up',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', ({ log }) => ({ log: [`ask: ${interrupt(`after ${log.length}`)}`] }))
      .addEdge(START, 'ask'),
  [{ log: ['one'] }, { log: ['two'] }, new Command({ resume: 'done' })],
)

sameRuns(
  'null on a thread that waits asks again',
  ({ StateGraph }) =>
    new StateGraph(Log).addNode('ask', () => ({ log: [`ask: ${interrupt('?')}`] })).addEdge(START, 'ask'),
  [{}, null, new Command({ resume: 'done' })],
)

sameRuns(
  'a loop asks in every round',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode('ask', ({ log }) => ({ log: [`${interrupt(`round ${log.length}`)}`] }))
      .addEdge(START, 'ask')
      .addConditionalEdges('ask', ({ log }) => (log.at(-1) === 'stop' ? END : 'ask')),
  [{}, new Command({ resume: 'one' }), new Command({ resume: 'two' }), new Command({ resume: 'stop' })],
)

sameRuns(
  'a node catches nothing by catching errors around a question that was answered',
  ({ StateGraph }) =>
    new StateGraph(Log)
      .addNode(
        'ask',
        () => {
          const answer: unknown = interrupt('first')
          if (answer === 'bad') return new Command({ goto: 'ask', update: { log: ['asked again'] } })
          return { log: [`good: ${answer}`] }
        },
        { ends: ['ask'] },
      )
      .addEdge(START, 'ask'),
  [{}, new Command({ resume: 'bad' }), new Command({ resume: 'fine' })],
)

sameRuns(
  'NodeInterrupt is a question with one answer for all: the node runs again',
  ({ StateGraph }) => {
    let runs = 0
    return new StateGraph(Log)
      .addNode('ask', () => {
        if (runs++ % 2 === 0) throw new NodeInterrupt('not now')
        return { log: ['done'] }
      })
      .addEdge(START, 'ask')
  },
  [{}, null],
)

/** Two nodes ask side by side. */
function twoQuestions({ StateGraph }: Vocabulary, saver = new MemorySaver()) {
  return new StateGraph(Log)
    .addNode('a', () => ({ log: [`a: ${interrupt('question a')}`] }))
    .addNode('b', () => ({ log: [`b: ${interrupt('question b')}`, `b: ${interrupt('question c')}`] }))
    .addNode('joined', noting('joined'))
    .addEdge(START, 'a')
    .addEdge(START, 'b')
    .addEdge(['a', 'b'], 'joined')
    .compile({ checkpointer: saver })
}

interface Asked {
  [INTERRUPT]?: { id: string; value: string }[]
}

function idsOf(result: unknown): Record<string, string> {
  return Object.fromEntries((result as Asked)[INTERRUPT]!.map(({ id, value }) => [value, id]))
}

differential('questions of parallel nodes are answered by id, together', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = twoQuestions(vocabulary, saver)
  const first = await graph.invoke({}, thread)
  const ids = idsOf(first)
  const second = await graph.invoke(
    new Command({ resume: { [ids['question a']!]: 'A', [ids['question b']!]: 'B' } }),
    thread,
  )
  const third = await graph.invoke(new Command({ resume: { [idsOf(second)['question c']!]: 'C' } }), thread)
  return {
    first,
    second,
    third,
    isInterrupted: [first, third].map(isInterrupted),
    records: storedRecords(saver),
  }
})

differential('questions of parallel nodes are answered by id, one after the other', async (vocabulary) => {
  const saver = new MemorySaver()
  const graph = twoQuestions(vocabulary, saver)
  const first = await graph.invoke({}, thread)
  const ids = idsOf(first)
  const second = await graph.invoke(new Command({ resume: { [ids['question b']!]: 'B' } }), thread)
  const state = await graph.getState(thread)
  const third = await graph.invoke(new Command({ resume: { [idsOf(second)['question c']!]: 'C' } }), thread)
  const fourth = await graph.invoke(new Command({ resume: { [ids['question a']!]: 'A' } }), thread)
  return { first, second, state, third, fourth, records: storedRecords(saver) }
})

differential('one question of several sent tasks is answered by id', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('work', ({ id }: { id: number }) => ({ log: [`${id}: ${interrupt(`question ${id}`)}`] }))
    .addConditionalEdges(START, () => [1, 2, 3].map((id) => new Send('work', { id })), ['work'])
    .compile({ checkpointer: new MemorySaver() })
  const first = await graph.invoke({}, thread)
  const ids = idsOf(first)
  const second = await graph.invoke(
    new Command({ resume: { [ids['question 3']!]: 'three', [ids['question 1']!]: 'one' } }),
    thread,
  )
  const third = await graph.invoke(new Command({ resume: { [ids['question 2']!]: 'two' } }), thread)
  return { first, second, third }
})

differential('a schema checks answers, and what the question tells of it', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('ask', () => {
      const { count } = interrupt<string, { count: number }>('how many', {
        responseSchema: z.object({ count: z.number().min(1) }),
      })
      return { log: [`${count + 1}`] }
    })
    .addEdge(START, 'ask')
    .compile({ checkpointer: new MemorySaver() })
  return [
    await outcomeOf(() => graph.invoke({}, thread)),
    await kindOfOutcome(() => graph.invoke(new Command({ resume: { count: 0 } }), thread)),
    await graph.getState(thread),
    await kindOfOutcome(() => graph.invoke(new Command({ resume: 'no object' }), thread)),
    await outcomeOf(() => graph.invoke(new Command({ resume: { count: 2 } }), thread)),
    await graph.getState(thread),
  ]
})

differential('a question without a saver is an error', ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('ask', () => ({ log: [`${interrupt('?')}`] }))
    .addEdge(START, 'ask')
    .compile()
  return outcomeOf(() => graph.invoke({}))
})

differential('an answer without a saver is an error', ({ StateGraph }) => {
  const graph = new StateGraph(Log).addNode('a', noting('a')).addEdge(START, 'a').compile()
  return outcomeOf(() => graph.invoke(new Command({ resume: 1 })))
})

differential(
  'a question in a tool-like helper finds its task by the ambient config',
  async ({ StateGraph }) => {
    const helper = async () => {
      await setImmediate()
      return interrupt<string, string>('deep')
    }
    const graph = new StateGraph(Log)
      .addNode('ask', async () => ({ log: [await helper()] }))
      .addEdge(START, 'ask')
      .compile({ checkpointer: new MemorySaver() })
    return [await graph.invoke({}, thread), await graph.invoke(new Command({ resume: 'found' }), thread)]
  },
)

differential('what a question looks like in streams of one mode', async ({ StateGraph }) => {
  const graph = new StateGraph(Log)
    .addNode('also', noting('also'))
    .addNode('ask', async () => {
      await setImmediate()
      return { log: [String(interrupt('?'))] }
    })
    .addEdge(START, 'ask')
    .addEdge(START, 'also')
    .compile({ checkpointer: new MemorySaver() })
  const seen: unknown[] = []
  for (const streamMode of ['values', 'updates', 'tasks'] as const) {
    const own = { configurable: { thread_id: streamMode }, streamMode }
    for await (const chunk of await graph.stream({}, own)) seen.push(chunk)
    for await (const chunk of await graph.stream(new Command({ resume: 1 }), own)) seen.push(chunk)
  }
  return seen
})

sameRuns(
  'a question among errors: the failure wins, and the question is asked again',
  ({ StateGraph }) => {
    let failures = 1
    return new StateGraph(Annotation.Root({ ...Log.spec }))
      .addNode('ask', () => ({ log: [`ask: ${interrupt('?')}`] }))
      .addNode('fail', async () => {
        await setImmediate()
        if (failures-- > 0) throw new Error('failed')
        return { log: ['recovered'] }
      })
      .addEdge(START, 'ask')
      .addEdge(START, 'fail')
  },
  [{}, null, new Command({ resume: 'done' })],
)

sameRuns(
  'new input on a thread that failed after an answer gives up what was due',
  ({ StateGraph }) => {
    const refuse = () => {
      throw new RangeError('refused at the barrier')
    }
    return new StateGraph(
      Annotation.Root({ ...Log.spec, never: Annotation<string>({ reducer: refuse, default: () => '' }) }),
    )
      .addNode('ask', ({ log }) => ({ log: [`asked after ${log.length}: ${String(interrupt('?'))}`] }))
      .addNode('writes', () => ({ never: 'x' }))
      .addConditionalEdges(START, ({ log }) => (log.length === 1 ? ['ask', 'writes'] : ['ask']), [
        'ask',
        'writes',
      ])
  },
  [{ log: ['in'] }, new Command({ resume: 'yes' }), { log: ['again'] }, new Command({ resume: 'yes' })],
)
