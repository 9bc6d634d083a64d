import { expect, test } from 'vitest'
import { reducer, type Attempt, type Task, type Write } from '../src/index.ts'
import { enter, planOf } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { runOf, valuesOf } from './support/thread.ts'

const log = reducer<string[], string>({ reduce: (list, entry) => list.concat(entry), initial: () => [] })

const plan = (ran: string[]) => {
  const body = (attempt: Attempt) => {
    ran.push(attempt.task.name)
    attempt.write('log', `${attempt.task.name} ran`)
  }
  return planOf({ channels: { log }, nodes: { a: { body }, b: { body } } })
}

const found = async (tasks: readonly Task[]): Promise<ReadonlyMap<Task, readonly Write[]>> =>
  new Map(tasks.filter(({ name }) => name === 'a').map((task) => [task, [['log', 'a was found']]]))

test('a task whose writes are found does not run, and its siblings do', async () => {
  const ran: string[] = []
  const settled: string[] = []
  const store = new RecordingStore()
  const run = runOf(plan(ran), {
    start: enter(['a', 'b']),
    store,
    lookUp: found,
    listener: { settled: (_, { name }) => void settled.push(name) },
  })
  await run.execute()
  expect({ ran, settled, values: valuesOf(run) }).toEqual({
    ran: ['b'],
    settled: ['a', 'b'],
    values: { log: ['a was found', 'b ran'] },
  })
  expect(store.commits.flatMap(({ writes }) => writes.flatMap((task) => task.writes))).toContainEqual([
    'log',
    'a was found',
  ])
})

test('a run that is stopped meanwhile starts nothing', async () => {
  const ran: string[] = []
  const controller = new AbortController()
  const lookUp = async () => {
    controller.abort(new Error('stopped'))
    return new Map<Task, readonly Write[]>()
  }
  const run = runOf(plan(ran), { start: enter('a'), lookUp, signal: controller.signal })
  await expect(run.execute()).rejects.toThrow('stopped')
  expect(ran).toEqual([])
})
