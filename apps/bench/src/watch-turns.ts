import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

/** Runs something, and finds the longest time for which this process's event loop did not turn, to about 1 ms. */
export async function watchingTurns<Value>(
  body: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly longestBlockMs: number }> {
  const turns = monitorEventLoopDelay({ resolution: 1 })
  turns.enable()
  // The monitor counts from its first tick on, and sees a block only at the tick after it.
  await delay(3)
  const value = await body()
  await delay(3)
  turns.disable()
  return { value, longestBlockMs: turns.max / 1e6 }
}
