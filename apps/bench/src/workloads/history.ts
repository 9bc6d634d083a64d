import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** How many checkpoints a run of the loop has besides one for each superstep: its input, and its start. */
export const CHECKPOINTS_BESIDES_STEPS = 2

/**
 * Each checkpoint of a thread is read once, in no order; after every tenth, the newest. The list has the same length
 * at nearly every checkpoint, so that no state is cheaper to read for being small.
 */
export function history(checkpoints: number, window: number, messageBytes: number): ProgramWorkload {
  const steps = checkpoints - CHECKPOINTS_BESIDES_STEPS
  let messagesRead = 0
  for (let step = 1; step <= steps; step += 1) messagesRead += Math.min(step, window)
  const newestReads = Math.floor(checkpoints / 10)
  return {
    id: 'history',
    title: `\`getState\` at each of ${count(checkpoints)} checkpoints with the last ${count(window)} messages of ${count(messageBytes)} bytes, SQLite`,
    unit: { name: 'state', count: checkpoints + newestReads },
    work: { kind: 'history', checkpoints, window, messageBytes },
    storage: 'sqlite',
    expected: {
      states: checkpoints,
      messages: messagesRead,
      newest: newestReads * Math.min(steps, window),
      bytes: (messagesRead + newestReads * Math.min(steps, window)) * messageBytes,
      wrong: 0,
    },
    readings: { newest: 'newest ms', any: 'any ms' },
  }
}
