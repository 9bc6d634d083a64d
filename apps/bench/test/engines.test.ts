import { expect, test } from 'vitest'
import type { Engine, EngineName } from '../src/engine.ts'
import { loadEngine } from '../src/engines/load-engine.ts'
import { measureProgram } from '../src/measure.ts'
import { isProgramWorkload, type ProgramWorkload } from '../src/workload.ts'
import { catalog } from '../src/workloads/catalog.ts'
import { tinyWorkloads } from './tiny-workloads.ts'

const leastEffort = { warmUpMs: 0, measureMs: 0, runLimit: 1 }

type WorkspaceEngine = Exclude<EngineName, 'mastra'>

/** Workloads whose threads hold a list of messages. */
const growing = ['messages', 'conversation', 'history', 'listing']

/** What an engine leaves out. Mastra is not in the workspace, and is checked whenever it is measured. */
const leftOut: Readonly<Record<WorkspaceEngine, readonly string[]>> = {
  floor: ['processes', 'history', 'listing', 'listing-counter', 'long-run'],
  cairn: [],
  langgraph: ['long-run'],
  'langgraph-sync': tinyWorkloads.flatMap(({ id, storage }) =>
    storage === 'sqlite' && !growing.includes(id) && !['listing-counter', 'long-run'].includes(id)
      ? []
      : [id],
  ),
  'langgraph-delta': tinyWorkloads.flatMap(({ id }) => (growing.includes(id) ? [] : [id])),
  xstate: [
    'loop-sync-memory',
    'fan-out-5-sqlite',
    'nested-sqlite',
    'stream',
    'handler',
    'events',
    'agent',
    'processes',
    ...growing,
    'listing-counter',
    'long-run',
  ],
}

const pairs = Object.entries(leftOut).flatMap(([engine, without]) =>
  tinyWorkloads.map((workload) => ({
    engine: engine as WorkspaceEngine,
    workload,
    id: workload.id,
    isLeftOut: without.includes(workload.id),
  })),
)

/** LangGraph's saver does not always wait for other processes: now and then its graph fails since the file is locked. */
const mayFail = ({ engine, id }: { readonly engine: string; readonly id: string }): boolean =>
  engine.startsWith('langgraph') && id === 'processes'

test.for(pairs.filter((pair) => !pair.isLeftOut && !mayFail(pair)))(
  '$engine does $id, and its result and what it stored are right',
  async ({ engine, workload }) => {
    const found = await measureProgram(engine, await loadEngine(engine), workload, leastEffort)
    expect(found).toMatchObject({ runs: 1 })
    expect(found?.fileBytes !== undefined).toBe(workload.storage === 'sqlite')
    // Only what speaks LangGraph's words can look into its own run.
    const readings = /cairn|langgraph/.test(engine) ? Object.keys(workload.readings ?? {}) : []
    expect(Object.keys(found?.readings ?? {}).toSorted()).toEqual(readings.toSorted())
  },
)

test('a workload whose file counts has one run in it, and what warms up is in another', async () => {
  const [workload] = tinyWorkloads
  const opened: string[] = []
  const engine = (): Engine => ({
    open: (_work, storage) => {
      opened.push(storage.kind === 'sqlite' ? storage.path : '')
      return { run: () => ({ count: 3 }), stored: () => ({ count: 3 }) }
    },
  })
  const once = { ...workload!, storage: 'sqlite', once: { cold: ['langgraph'] } } as const
  const effort = { warmUpMs: 1e6, measureMs: 1e6, runLimit: 3 }
  expect(await measureProgram('cairn', engine(), once, effort)).toMatchObject({ runs: 1 })
  expect(new Set(opened).size).toBe(2)
  expect(await measureProgram('langgraph', engine(), once, effort)).toMatchObject({ runs: 1 })
  expect(new Set(opened).size).toBe(3)
})

test('what a run cost in other processes is part of what it cost', async () => {
  const [workload] = tinyWorkloads
  const engine: Engine = {
    open: () => ({
      run: () => ({ count: 3 }),
      elsewhere: () => ({ cpuMs: 1e6, longestBlockMs: 1e7, peakBytes: 1e12 }),
    }),
  }
  const found = await measureProgram('cairn', engine, workload!, leastEffort)
  expect(found?.cpuMs).toBeGreaterThanOrEqual(1e6)
  expect(found?.longestBlockMs).toBe(1e7)
  expect(found?.peakBytes).toBeGreaterThan(1e12)
})

test.for(pairs.filter(({ isLeftOut }) => isLeftOut))(
  '$engine has no way to do $id, and says so',
  async ({ engine, workload }) => {
    const found = await measureProgram(engine, await loadEngine(engine), workload, leastEffort)
    expect(found).toBeUndefined()
  },
)

test('the tiny workloads are of all the kinds that are measured', () => {
  expect(kindsOf(tinyWorkloads)).toEqual(kindsOf(catalog.filter(isProgramWorkload)))
})

test('a wrong result stops the measurement and says what was wrong', async () => {
  const [workload] = tinyWorkloads
  const wrong = { open: () => ({ run: () => ({ count: 2 }) }) }
  await expect(measureProgram('floor', wrong, workload!, leastEffort)).rejects.toThrow(
    '"loop-sync-none" on floor ended with count = 2, but 3 is right.',
  )
})

test('a store that keeps something else than the result stops the measurement', async () => {
  const workload = tinyWorkloads.find(({ storage }) => storage === 'sqlite')!
  const forgetful = { open: () => ({ run: () => ({ count: 3 }), stored: () => ({ count: 1 }) }) }
  await expect(measureProgram('floor', forgetful, workload, leastEffort)).rejects.toThrow(
    'What "loop-sync-sqlite" on floor stored ended with count = 1, but 3 is right.',
  )
})

function kindsOf(workloads: readonly ProgramWorkload[]): Set<string> {
  return new Set(workloads.map(({ work, storage }) => `${work.kind} ${storage}`))
}
