import { setImmediate } from 'node:timers/promises'
import {
  Annotation,
  Command,
  INTERRUPT,
  MessagesAnnotation,
  START,
  Send,
  interrupt,
  task,
  type NodeError,
} from '@langchain/langgraph'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { Counter, Log, noting } from '../differential/harness/states.ts'
import { crossing } from './crossing.ts'

crossing('a question', {
  build:
    () =>
    ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode('before', noting('before'))
        .addNode('ask', () => ({ log: [`${String(interrupt('one'))} ${String(interrupt('two'))}`] }))
        .addNode('after', noting('after'))
        .addEdge(START, 'before')
        .addEdge('before', 'ask')
        .addEdge('ask', 'after'),
  turns: [{ log: ['in'] }, new Command({ resume: 1 }), new Command({ resume: 2 }), { log: ['again'] }],
})

crossing('questions of parallel nodes, answered by id', {
  build:
    () =>
    ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode('a', () => ({ log: [`a: ${String(interrupt('for a'))}`] }))
        .addNode('b', () => ({ log: [`b: ${String(interrupt('for b'))}`] }))
        .addNode('sibling', noting('sibling'))
        .addNode('joined', noting('joined'))
        .addEdge(START, 'a')
        .addEdge(START, 'b')
        .addEdge(START, 'sibling')
        .addEdge(['a', 'b', 'sibling'], 'joined'),
  turns: [{}, answerTo('for b'), answerTo('for a')],
})

crossing('a node that fails midway', {
  build: () => {
    let failures = 2
    return ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode('a', noting('a'))
        .addNode('flaky', async () => {
          await setImmediate()
          if (failures-- > 0) throw new Error('flaky')
          return { log: ['recovered'] }
        })
        .addNode('sibling', noting('sibling'))
        .addNode('joined', noting('joined'))
        .addEdge(START, 'a')
        .addEdge('a', 'flaky')
        .addEdge('a', 'sibling')
        .addEdge(['flaky', 'sibling'], 'joined')
  },
  turns: [{}, null, null],
})

crossing('a loop with a question in every round', {
  build:
    () =>
    ({ StateGraph }) =>
      new StateGraph(Counter)
        .addNode('count', ({ n }) => ({ n: n + 1, log: [`${n}: ${String(interrupt(`round ${n}`))}`] }))
        .addEdge(START, 'count')
        .addConditionalEdges('count', ({ n }) => (n < 3 ? 'count' : '__end__')),
  turns: [{ n: 0 }, ...['a', 'b', 'c'].map((resume) => new Command({ resume }))],
})

crossing('sent tasks of which one failed', {
  build: () => {
    let failures = 1
    return ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode('work', async ({ id }: { id: number }) => {
          if (id === 2) await setImmediate()
          if (id === 2 && failures-- > 0) throw new Error('two')
          return { log: [`work ${id}`] }
        })
        .addNode('after', noting('after'))
        .addConditionalEdges(START, () => [1, 2, 3].map((id) => new Send('work', { id })), ['work'])
        .addEdge('work', 'after')
  },
  turns: [{}, null, { log: ['again'] }],
})

crossing('a question in a nested graph', {
  build:
    () =>
    ({ StateGraph }) => {
      const inner = new StateGraph(Log)
        .addNode('first', noting('first'))
        .addNode('ask', () => ({ log: [String(interrupt('deep'))] }))
        .addEdge(START, 'first')
        .addEdge('first', 'ask')
        .compile()
      const child = new StateGraph(Log)
        .addNode('inner', inner)
        .addNode('rest', noting('rest'))
        .addEdge(START, 'inner')
        .addEdge('inner', 'rest')
        .compile()
      return new StateGraph(Log)
        .addNode('child', child)
        .addNode('after', noting('after'))
        .addEdge(START, 'child')
        .addEdge('child', 'after')
    },
  turns: [{}, new Command({ resume: 'one' }), {}, new Command({ resume: 'two' })],
})

crossing('a nested graph that remembers', {
  build:
    () =>
    ({ StateGraph }) => {
      const child = new StateGraph(Log)
        .addNode('inner', noting('inner'))
        .addEdge(START, 'inner')
        .compile({ checkpointer: true })
      return new StateGraph(Annotation.Root({ log: Annotation<string[]> }))
        .addNode('child', child)
        .addEdge(START, 'child')
    },
  turns: [{ log: ['one'] }, { log: ['two'] }, { log: ['three'] }],
})

crossing('breakpoints', {
  build:
    () =>
    ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode('a', noting('a'))
        .addNode('b', noting('b'))
        .addNode('c', noting('c'))
        .addEdge(START, 'a')
        .addEdge('a', 'b')
        .addEdge('b', 'c'),
  compile: { interruptBefore: ['b'], interruptAfter: ['b'] },
  turns: [{}, null, null, { log: ['again'] }],
})

crossing('a join that is half full, and a deferred node', {
  build:
    () =>
    ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode('short', noting('short'))
        .addNode('long', noting('long'))
        .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
        .addNode('joined', noting('joined'))
        .addNode('last', noting('last'), { defer: true })
        .addEdge(START, 'short')
        .addEdge(START, 'long')
        .addEdge('long', 'ask')
        .addEdge(['short', 'ask'], 'joined')
        .addEdge('short', 'last')
        .addEdge('joined', 'last'),
  turns: [{}, new Command({ resume: 'go' })],
})

crossing('tasks called in a node that asks', {
  build: () => {
    let runs = 0
    const costly = task('costly', () => ++runs)
    return ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode('calls', async () => {
          const first = await costly()
          const answer = String(interrupt('?'))
          return { log: [`${first} ${answer} ${await costly()}`] }
        })
        .addEdge(START, 'calls')
  },
  turns: [{}, new Command({ resume: 'yes' })],
})

crossing('an error handler that did not finish', {
  build: () => {
    let failures = 1
    return ({ StateGraph }) =>
      new StateGraph(Log)
        .addNode(
          'fails',
          async () => {
            await setImmediate()
            throw new RangeError('out of range')
          },
          {
            errorHandler: async (_state: unknown, { node, error }: NodeError) => {
              await setImmediate()
              if (failures-- > 0) throw new Error('handler failed')
              return { log: [`${node}: ${error.name} ${error.message}`] }
            },
          },
        )
        .addEdge(START, 'fails')
  },
  turns: [{}, null],
})

crossing('messages', {
  build:
    () =>
    ({ StateGraph }) =>
      new StateGraph(MessagesAnnotation)
        .addNode('reply', ({ messages }) => ({
          messages: [new AIMessage({ id: `ai-${messages.length}`, content: `heard ${messages.length}` })],
        }))
        .addEdge(START, 'reply'),
  turns: [
    { messages: [new HumanMessage({ id: 'h1', content: 'one' })] },
    { messages: [new HumanMessage({ id: 'h2', content: 'two' })] },
    { messages: [new HumanMessage({ id: 'h1', content: 'edited' })] },
  ],
})

crossing('commands as input', {
  build:
    () =>
    ({ StateGraph }) =>
      new StateGraph(Counter)
        .addNode('a', noting('a'))
        .addNode('b', noting('b'))
        .addEdge(START, 'a')
        .addEdge('a', 'b'),
  turns: [
    { n: 1 },
    new Command({ goto: 'b', update: { n: 2 } }),
    new Command({ goto: [new Send('b', { log: ['sent'] })] }),
    null,
  ],
})

/** The turn that answers one question of the turn before, or of one before that. */
function answerTo(value: string): (before: unknown) => unknown {
  return (before) => {
    const { [INTERRUPT]: asked } = (before as { value: { [INTERRUPT]: { id: string; value: string }[] } })
      .value
    const { id } = asked.find((question) => question.value === value) ?? asked[0]!
    return new Command({ resume: { [id]: `answer ${value}` } })
  }
}
