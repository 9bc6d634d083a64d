// What a stored checkpoint says of its tasks, without the graph: of nested graphs and sends too, by LangGraph's own ids.
import { StoreSaver, createLangchainCodec, storedTasks, taskPaths, threadStatus } from '@cairn/checkpoint'
import type { StoredCheckpoint } from '@cairn/engine'
import { MemoryStore } from '@cairn/engine/memory-store'
import { Annotation, END, Send, START, StateGraph, interrupt } from '@langchain/langgraph'
import { expect, test } from 'vitest'

const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (log, more) => [...log, ...more], default: () => [] }),
})
const thread = { configurable: { thread_id: 't' } }

interface Compiled {
  invoke(input: object, config: object): Promise<unknown>
}

async function run(build: (saver: StoreSaver) => Compiled): Promise<StoredCheckpoint[]> {
  const store = new MemoryStore({ codec: createLangchainCodec() })
  await build(new StoreSaver(store))
    .invoke({}, thread)
    .catch(() => {})
  return [...store.list({ threadId: 't' })]
}

function newest(checkpoints: readonly StoredCheckpoint[], isNested: boolean): StoredCheckpoint {
  return checkpoints.find(({ line }) => (line.namespace !== '') === isNested)!
}

test('a task of a nested graph is found by its id, and so is the one around it', async () => {
  const inner = new StateGraph(State)
    .addNode('ask', () => ({ log: [interrupt<string, string>('Well?')] }))
    .addEdge(START, 'ask')
    .compile()
  const checkpoints = await run((checkpointer) =>
    new StateGraph(State).addNode('inner', inner).addEdge(START, 'inner').compile({ checkpointer }),
  )
  for (const [isNested, node] of [
    [true, 'ask'],
    [false, 'inner'],
  ] as const) {
    const tasks = storedTasks(newest(checkpoints, isNested))
    expect(tasks).toMatchObject([
      {
        node,
        path: `~__pregel_pull, ${node}`,
        state: { kind: 'waiting', questions: [{ value: 'Well?', node }] },
      },
    ])
    expect(threadStatus(tasks)).toBe('interrupted')
  }
})

test('sent tasks are found by their ids, with the paths that LangGraph stores', async () => {
  const checkpoints = await run((checkpointer) =>
    new StateGraph(State)
      .addNode('spread', () => ({ log: ['spread'] }))
      .addNode('sent', (given: unknown) => {
        if (given === 2) throw new TypeError('two')
        return { log: [`sent ${String(given)}`] }
      })
      .addEdge(START, 'spread')
      .addConditionalEdges('spread', () => [1, 2, 3].map((number) => new Send('sent', number)))
      .addEdge('sent', END)
      .compile({ checkpointer }),
  )
  const head = newest(checkpoints, false)
  const tasks = storedTasks(head)
  expect(tasks.map(({ node, state }) => [node, state.kind])).toContainEqual(['sent', 'failed'])
  expect(threadStatus(tasks)).toBe('failed')
  const paths = taskPaths(head)
  for (const [taskId, path] of Object.entries(head.taskPaths!)) expect(paths.get(taskId)).toBe(path)
})

test('a finished thread has no tasks', async () => {
  const [head] = await run((checkpointer) =>
    new StateGraph(State)
      .addNode('a', () => ({ log: ['a'] }))
      .addEdge(START, 'a')
      .compile({ checkpointer }),
  )
  expect(storedTasks(head!)).toEqual([])
  expect(threadStatus([])).toBe('finished')
})
