import type { ProgramWorkload, Workload } from '../workload.ts'
import { agent } from './agent.ts'
import { chain } from './chain.ts'
import { conversation } from './conversation.ts'
import { events } from './events.ts'
import { fanOut } from './fan-out.ts'
import { handler } from './handler.ts'
import { history } from './history.ts'
import { idleChannel } from './idle-channel.ts'
import { importEngine, importGraph } from './import-package.ts'
import { invoke } from './invoke.ts'
import { listing } from './listing.ts'
import { longRun } from './long-run.ts'
import { loop } from './loop.ts'
import { messages } from './messages.ts'
import { nested } from './nested.ts'
import { processes } from './processes.ts'
import { stream } from './stream.ts'
import { threads } from './threads.ts'

const langGraph = ['langgraph', 'langgraph-sync', 'langgraph-delta'] as const

/** Every workload at the size at which it is measured, in the order of the table. */
export const catalog: readonly Workload[] = [
  loop(2000, 'sync', 'none'),
  loop(2000, 'async', 'none'),
  chain(100, 20),
  loop(2000, 'sync', 'memory'),
  loop(2000, 'sync', 'sqlite'),
  loop(2000, 'async', 'sqlite'),
  fanOut(1000, 'none'),
  limited(fanOut(5000, 'none'), 1),
  fanOut(1000, 'sqlite'),
  nested(100, 'none'),
  nested(100, 'sqlite'),
  stream(1000),
  limited(idleChannel('idle-channel', 2000, 100_000), 3),
  limited(threads(200, 20), 3),
  thrice(limited(processes(4, 50, 20), 2)),
  thrice(once(idleChannel('idle-blob', 500, 200_000))),
  thrice(once(messages(1000, 1000))),
  thrice(once(conversation(500, 1000, { early: [5, 15], late: [481, 500] }))),
  thrice(limited(history(1000, 100, 1000), 1)),
  thrice(limited(listing(1000, 100, 1000), 1)),
  thrice(limited(listing(1000, 0, 0), 2)),
  thrice({ ...longRun(100_000, 20_000), once: { cold: ['cairn'] } }),
  invoke(1000),
  handler(1000),
  events(1000),
  agent(50),
  importGraph,
  importEngine,
]

/** The workloads whose id is one of these names or starts with one: `loop` is every loop. Without names, all. */
export function chooseWorkloads(names: readonly string[]): Workload[] {
  if (names.length === 0) return [...catalog]
  return catalog.filter(({ id }) => names.some((name) => id === name || id.startsWith(`${name}-`)))
}

/** @throws {RangeError} when there is no workload with this id. */
export function workloadById(id: string): Workload {
  const found = catalog.find((workload) => workload.id === id)
  if (found !== undefined) return found
  throw new RangeError(
    `There is no workload "${id}". There are: ${catalog.map((each) => each.id).join(', ')}.`,
  )
}

/** One of LangGraph's samples of this takes from five to thirty seconds. */
function limited(workload: ProgramWorkload, samples: number): ProgramWorkload {
  return { ...workload, sampleLimit: { engines: langGraph, samples } }
}

/** Measured for its file, too: one run counts. Of LangGraph's there is one sample, which is long enough to be warm. */
function once(workload: ProgramWorkload): ProgramWorkload {
  return { ...limited(workload, 1), once: { cold: langGraph } }
}

/** What is looked at hardly varies, as a file's size, or takes seconds, on any engine. */
function thrice(workload: ProgramWorkload): ProgramWorkload {
  return { ...workload, samples: 3 }
}
