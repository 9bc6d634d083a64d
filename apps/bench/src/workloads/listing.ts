import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'
import { CHECKPOINTS_BESIDES_STEPS } from './history.ts'

/** How many checkpoints a page has. */
export const PAGE_LENGTH = 10

/** A thread's checkpoints are listed, first in one go and then in pages; of each only its metadata is looked at. */
export function listing(checkpoints: number, window: number, messageBytes: number): ProgramWorkload {
  const content =
    window === 0 ? 'a counter' : `the last ${count(window)} messages of ${count(messageBytes)} bytes`
  // The input's checkpoint is of superstep -1, the start's of 0.
  const lastStep = checkpoints - CHECKPOINTS_BESIDES_STEPS
  const sumOfSteps = (lastStep * (lastStep + 1)) / 2 - 1
  return {
    id: window === 0 ? 'listing-counter' : 'listing',
    title: `\`list\` over ${count(checkpoints)} checkpoints with ${content}, values not looked at, SQLite`,
    unit: { name: 'checkpoint', count: 2 * checkpoints },
    work: { kind: 'listing', checkpoints, window, messageBytes },
    storage: 'sqlite',
    expected: { listed: checkpoints, paged: checkpoints, listedSteps: sumOfSteps, pagedSteps: sumOfSteps },
    readings: { all: 'all ms', page: `page of ${PAGE_LENGTH} ms`, longestPage: 'longest page ms' },
  }
}
