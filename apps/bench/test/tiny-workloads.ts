import type { ProgramWorkload } from '../src/workload.ts'
import { agent } from '../src/workloads/agent.ts'
import { chain } from '../src/workloads/chain.ts'
import { conversation } from '../src/workloads/conversation.ts'
import { events } from '../src/workloads/events.ts'
import { fanOut } from '../src/workloads/fan-out.ts'
import { handler } from '../src/workloads/handler.ts'
import { history } from '../src/workloads/history.ts'
import { idleChannel } from '../src/workloads/idle-channel.ts'
import { invoke } from '../src/workloads/invoke.ts'
import { listing } from '../src/workloads/listing.ts'
import { longRun } from '../src/workloads/long-run.ts'
import { loop } from '../src/workloads/loop.ts'
import { messages } from '../src/workloads/messages.ts'
import { nested } from '../src/workloads/nested.ts'
import { processes } from '../src/workloads/processes.ts'
import { stream } from '../src/workloads/stream.ts'
import { threads } from '../src/workloads/threads.ts'

/** Every program of the catalog, at a size that takes no time. */
export const tinyWorkloads: readonly ProgramWorkload[] = [
  loop(3, 'sync', 'none'),
  loop(3, 'async', 'none'),
  loop(3, 'sync', 'memory'),
  loop(3, 'sync', 'sqlite'),
  loop(3, 'async', 'sqlite'),
  chain(4, 2),
  fanOut(5, 'none'),
  fanOut(5, 'sqlite'),
  nested(2, 'none'),
  nested(2, 'sqlite'),
  stream(3),
  idleChannel('idle-channel', 3, 500),
  threads(3, 4),
  invoke(2),
  handler(3),
  events(3),
  agent(2),
  processes(2, 2, 3),
  messages(3, 40),
  { ...conversation(4, 40, { early: [1, 2], late: [3, 4] }), once: { cold: ['langgraph'] } },
  history(12, 5, 40),
  listing(12, 5, 40),
  listing(12, 0, 0),
  longRun(6, 3),
]
