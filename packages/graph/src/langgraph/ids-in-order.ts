// Checkpoints of a thread are ordered by their ids. The engine's ids and LangGraph's, which its state API makes, are
// both of the clock, but LangGraph's tell no two moments of a millisecond apart.
import { setImmediate } from 'node:timers/promises'
import { uuid6 } from '@langchain/langgraph-checkpoint'
import { systemIds } from '@cairn/engine'

/** The time in an id of version 6. */
const timeLength = 18

/** Waits until what LangGraph gives ids to sorts after all that the engine has: a millisecond at most. */
export async function idsInOrder(): Promise<void> {
  const newest = systemIds.checkpointId(0, undefined).slice(0, timeLength)
  while (uuid6(0).slice(0, timeLength) <= newest) await setImmediate()
}

/** Ids that the engine gives from now on sort after this one. */
export function idsAfter(checkpointId: string): void {
  systemIds.checkpointId(0, checkpointId)
}
