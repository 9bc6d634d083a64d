import { describe, expect, test } from 'vitest'
import type { Attempt } from '../src/index.ts'
import { enter, planOf } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { line, runOf } from './support/thread.ts'

const executed: string[] = []
const body = ({ task }: Attempt) => void executed.push(task.name)
const plan = planOf({ nodes: { a: { body, goesTo: ['b'] }, b: { body, goesTo: ['c'] }, c: { body } } })

describe('a run that is to drain', () => {
  test('stops before the next superstep, saved, and goes on from there', async () => {
    executed.length = 0
    const store = new RecordingStore()
    const drainReason = () => (executed.includes('b') ? 'shutdown' : undefined)
    expect(await runOf(plan, { store, start: enter('a'), drainReason }).execute()).toEqual({
      kind: 'drained',
      reason: 'shutdown',
    })
    expect(executed).toEqual(['a', 'b'])
    expect(store.load(line)!.metadata.step).toBe(1)
    expect(await runOf(plan, { store }).execute()).toEqual({ kind: 'finished' })
    expect(executed).toEqual(['a', 'b', 'c'])
  })

  test('finishes when nothing is left to do', async () => {
    executed.length = 0
    const drainReason = () => (executed.includes('c') ? 'shutdown' : undefined)
    expect(await runOf(plan, { start: enter('a'), drainReason }).execute()).toEqual({ kind: 'finished' })
  })

  test('waits for the tasks of its superstep', async () => {
    executed.length = 0
    let isDraining = false
    const slow = planOf({
      nodes: {
        a: {
          async body(attempt) {
            isDraining = true
            await Promise.resolve()
            body(attempt)
          },
          goesTo: ['b'],
        },
        b: { body },
      },
    })
    const run = runOf(slow, { start: enter('a'), drainReason: () => (isDraining ? 'shutdown' : undefined) })
    expect(await run.execute()).toMatchObject({ kind: 'drained' })
    expect(executed).toEqual(['a'])
  })
})
