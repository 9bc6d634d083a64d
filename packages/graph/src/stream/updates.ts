// The payloads of the `updates` and `tasks` modes.
import { RETURN, type Task, type Write } from '@cairn/engine'

type Keys = string | readonly string[]

/** `{ node: update }`; a key that was written several times makes the update a list of one-key objects. */
export function updatesPayload(task: Task, keys: Keys, isRestored: boolean): Record<string, unknown> {
  const updates = updatesOf(task, keys)
  const payload: Record<string, unknown> = {}
  if (updates.length > 0) payload[task.name] = updates.length === 1 ? updates[0] : updates
  if (isRestored) payload['__metadata__'] = { cached: true }
  return payload
}

function updatesOf({ writes }: Task, keys: Keys): unknown[] {
  const returned = writes.filter(([channel]) => channel === RETURN)
  if (returned.length > 0) return returned.map(([, value]) => value)
  if (typeof keys === 'string')
    return writes.filter(([channel]) => channel === keys).map(([, value]) => value)
  const own = writes.filter(([channel]) => keys.includes(channel))
  const isRepeated = new Set(own.map(([channel]) => channel)).size < own.length
  return isRepeated ? own.map(([channel, value]) => ({ [channel]: value })) : [Object.fromEntries(own)]
}

/** Channel → value; several values of one channel become `{ $writes: [...] }`. */
export function writesByChannel(writes: readonly Write[], keys: Keys): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  const repeated = new Map<string, unknown[]>()
  for (const [channel, value] of writes) {
    if (typeof keys === 'string' ? channel !== keys : !keys.includes(channel)) continue
    if (!(channel in result)) {
      result[channel] = value
      continue
    }
    const values = repeated.get(channel) ?? [result[channel]]
    values.push(value)
    repeated.set(channel, values)
    result[channel] = { $writes: values }
  }
  return result
}
