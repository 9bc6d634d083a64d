// From one checkpoint, both engines give the same ids to the same things: stored writes and questions belong to them.
import { randomUUID } from 'node:crypto'
import {
  Command,
  END,
  INTERRUPT,
  MemorySaver,
  START,
  Send,
  getConfig,
  interrupt,
  task,
} from '@langchain/langgraph'
import { expect, test } from 'vitest'
import { cairn, langGraph, type Vocabulary } from '../differential/harness/differential.ts'
import { Log, noting } from '../differential/harness/states.ts'
import { untyped } from '../differential/harness/untyped.ts'

const thread = { configurable: { thread_id: 't' } }

/** A saver that holds what another one holds. */
function copyOf(saver: MemorySaver): MemorySaver {
  const copy = new MemorySaver()
  copy.storage = structuredClone(saver.storage)
  copy.writes = structuredClone(saver.writes)
  return copy
}

/** Ids and namespaces, as the tasks of one superstep saw them. */
type Notes = [what: string, ...texts: unknown[]][]

function build(vocabulary: Vocabulary, notes: Notes) {
  const note = (what: string) => {
    const { executionInfo, configurable } = getConfig()
    const info = { ...executionInfo, nodeFirstAttemptTime: undefined }
    notes.push([what, info, configurable?.['checkpoint_ns'], configurable?.['__pregel_task_id']])
  }
  const called = task('called', (text: string) => {
    note(`called ${text}`)
    return text
  })
  const child = untyped(vocabulary, Log)
    .addNode('inner', () => ({ log: [String(interrupt('of the child'))] }))
    .addEdge(START, 'inner')
    .compile()
  return untyped(vocabulary, Log)
    .addNode('start', noting('start'))
    .addNode('asks', () => {
      note('asks')
      return { log: [String(interrupt('first')), String(interrupt('second'))] }
    })
    .addNode('work', async ({ id }: { id: number }) => {
      note(`work ${id}`)
      return { log: [await called(`${id} once`), await called(`${id} twice`)] }
    })
    .addNode(
      'fails',
      () => {
        note('fails')
        throw new Error('failed')
      },
      {
        errorHandler: () => {
          note('handler')
          return {}
        },
      },
    )
    .addNode('child', child)
    .addEdge(START, 'start')
    .addConditionalEdges(
      'start',
      () => ['asks', 'fails', 'child', new Send('work', { id: 1 }), new Send('work', { id: 2 })],
      ['asks', 'fails', 'child', 'work', END],
    )
}

async function observe(vocabulary: Vocabulary, saver: MemorySaver) {
  const notes: Notes = []
  const graph = build(vocabulary, notes).compile({ checkpointer: saver })
  const result = (await graph.invoke(null, thread)) as { [INTERRUPT]: { id: string; value: string }[] }
  const asked = result[INTERRUPT].filter(({ value }) => value === 'first').map(({ id }) => id)
  const again = (await graph.invoke(new Command({ resume: { [asked[0]!]: 'A' } }), thread)) as typeof result
  const second = again[INTERRUPT].filter(({ value }) => value === 'second').map(({ id }) => id)
  const { tasks } = (await graph.getState(thread)) as {
    tasks: { id: string; name: string; path: unknown; state?: { configurable: object } }[]
  }
  return {
    // Each once: a handler that has finished runs again on LangGraph, see divergences/tasks.
    notes: [...new Set(notes.map((texts) => JSON.stringify(texts)))].toSorted(),
    asked,
    second,
    tasks: tasks.map(({ id, name, path, state }) => [id, name, path, state]),
  }
}

test('tasks, sends, calls, handlers, namespaces and questions have the same ids on both engines', async () => {
  const saver = new MemorySaver()
  const graph = build(langGraph, []).compile({ checkpointer: saver, interruptAfter: ['start'] })
  await graph.invoke({ log: [randomUUID()] }, thread)
  const copy = copyOf(saver)
  const expected = await observe(langGraph, saver)
  expect(expected.asked).toHaveLength(1)
  expect(expected.second).toHaveLength(1)
  expect(expected.notes.length).toBeGreaterThan(8)
  expect(await observe(cairn, copy)).toEqual(expected)
})

test('ids of checkpoints sort by time, and hold the number of their step', async () => {
  const saver = new MemorySaver()
  const graph = untyped(cairn, Log)
    .addNode('a', noting('a'))
    .addEdge(START, 'a')
    .compile({ checkpointer: saver })
  await graph.invoke({ log: [] }, thread)
  await graph.invoke({ log: [] }, thread)
  const ids: string[] = []
  for await (const { checkpoint } of saver.list(thread)) ids.unshift(checkpoint.id)
  expect(ids).toEqual(ids.toSorted())
  expect(ids.map((id) => [id[14], id.slice(19, 23)])).toEqual(
    ['ffff', '8000', '8001', '8002', '8003', '8004'].map((step) => ['6', step]),
  )
})
