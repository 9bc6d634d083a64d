import {
  Annotation,
  Command,
  END,
  MessagesDeltaValue,
  Overwrite,
  START,
  StateSchema,
  interrupt,
} from '@langchain/langgraph'
import { DeltaChannel } from '@langchain/langgraph/channels'
import { AIMessage, HumanMessage, type BaseMessage } from '@langchain/core/messages'
import { crossing } from './crossing.ts'

interface State {
  readonly log: readonly string[]
  readonly n: number
}

type Node = (state: State) => object

/** A log that is kept as writes, and a number. */
function stateOf(snapshotFrequency: number) {
  const channel = () =>
    new DeltaChannel<string[], string | string[]>((log, writes) => [...log, ...writes.flat()], {
      snapshotFrequency,
    })
  return { log: channel, n: Annotation<number> } as never
}

const countdown: Node = ({ log, n }) => ({ log: `${n} after ${log.length}`, n: n - 1 })

for (const frequency of [1, 3, 100]) {
  crossing(`a delta channel with a snapshot every ${frequency} updates`, {
    build:
      () =>
      ({ StateGraph }) =>
        new StateGraph(stateOf(frequency))
          .addNode('work', countdown as never)
          .addEdge(START, 'work')
          .addConditionalEdges('work' as never, (({ n }: State) => (n > 0 ? 'work' : END)) as never),
    turns: [{ log: 'in', n: 4 }, { n: 2 }, { log: ['more', 'lines'], n: 3 }, { n: 1 }],
  })
}

crossing('a question beside a node that writes to a delta channel', {
  build:
    () =>
    ({ StateGraph }) =>
      new StateGraph(stateOf(100))
        .addNode('write', (() => ({ log: 'written' })) as never)
        .addNode('ask', (() => ({ log: `answered ${String(interrupt('?'))}` })) as never)
        .addNode('after', (({ log }: State) => ({ log: `after ${log.length}` })) as never)
        .addEdge(START, 'write')
        .addEdge(START, 'ask')
        .addEdge(['write', 'ask'] as never, 'after'),
  turns: [{ log: 'in' }, new Command({ resume: 'yes' }), { log: 'again' }, new Command({ resume: 'no' })],
})

crossing('a delta channel that is overwritten', {
  build:
    () =>
    ({ StateGraph }) =>
      new StateGraph(stateOf(100))
        .addNode('reset', (({ log }: State) => ({ log: new Overwrite([`had ${log.length}`]) })) as never)
        .addNode('work', countdown as never)
        .addEdge(START, 'work')
        .addEdge('work', 'reset'),
  turns: [{ log: 'in', n: 1 }, { log: 'in' }, { log: { __overwrite__: ['plain'] } }, { n: 5 }],
})

crossing('messages that are kept as writes', {
  build:
    () =>
    ({ StateGraph }) =>
      new StateGraph(new StateSchema({ messages: MessagesDeltaValue }) as never)
        .addNode('reply', (({ messages }: { messages: BaseMessage[] }) => ({
          messages: [new AIMessage(`heard ${messages.length}`), { role: 'user', content: 'and?' }],
        })) as never)
        .addEdge(START, 'reply'),
  turns: [
    { messages: 'one' },
    { messages: [new HumanMessage({ id: 'h', content: 'two' })] },
    { messages: [new HumanMessage({ id: 'h', content: 'edited' }), ['ai', 'three']] },
  ],
})
