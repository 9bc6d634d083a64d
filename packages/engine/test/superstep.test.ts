import { expect, test } from 'vitest'
import { Task, createPlan } from '../src/index.ts'
import { Superstep } from '../src/superstep.ts'

const plan = createPlan({ name: 'test', channels: {}, nodes: { a: { body: () => undefined, triggers: [] } } })
const taskOf = (index: number) =>
  new Task(plan.nodes[0]!, { kind: 'send', index }, undefined, { taskId: () => String(index) })

test('a superstep that ends with a task that has not settled fails: none vanishes without a word', () => {
  const [settled, lost] = [taskOf(0), taskOf(1)]
  settled.settle([], { kind: 'done' })
  expect(() => new Superstep(3, [settled, lost]).end()).toThrow(
    expect.objectContaining({
      name: 'LostTaskError',
      code: 'LOST_TASK',
      tasks: ['a'],
      message:
        'Tasks were scheduled but did not settle: a. This is a defect of the engine; please report it.',
    }),
  )
})

test('a superstep ends once: who waits is told of the first end', async () => {
  const superstep = new Superstep(0, [])
  const ended = superstep.waitForEnd()
  superstep.end()
  superstep.fail(new Error('late'))
  superstep.end()
  expect(await ended).toBeUndefined()
})
