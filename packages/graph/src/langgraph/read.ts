import { EMPTY, UNCHANGED, readChannel, updateChannel, type Plan, type Run, type Write } from '@cairn/engine'
import { toLangGraphError } from '../errors.ts'

/**
 * The state as a router of a task sees it: with what its own task has written, and nothing of its siblings. The
 * reducers run for it on the side, and once more when the superstep is applied.
 */
export function readWithWrites(
  run: Run,
  writes: readonly Write[],
  keys: string | readonly string[],
): unknown {
  if (typeof keys === 'string') {
    const value = read(run, writes, keys)
    return value === EMPTY ? undefined : value
  }
  const values: Record<string, unknown> = {}
  for (const key of keys) {
    const value = read(run, writes, key)
    if (value !== EMPTY) values[key] = value
  }
  return values
}

function read({ plan, state }: Run, writes: readonly Write[], key: string): unknown {
  const slot = plan.slotByChannel.get(key)
  if (slot === undefined) return EMPTY
  const own = writes.filter(([channel]) => channel === key).map(([, value]) => value)
  if (own.length === 0) return readChannel(plan, state, slot)
  const content = updated(plan, slot, state.contents[slot], own)
  return content === UNCHANGED ? readChannel(plan, state, slot) : plan.channels[slot]!.read(content)
}

/** A router's node fails with what its own writes cannot be applied for. */
function updated(plan: Plan, slot: number, content: unknown, updates: readonly unknown[]): unknown {
  const { copy, finish } = plan.channels[slot]!
  const own = copy === undefined || content === EMPTY ? content : copy(content)
  try {
    const next = updateChannel(plan, slot, own, updates)
    const finished = finish?.(next === UNCHANGED ? own : next) ?? UNCHANGED
    return finished === UNCHANGED ? next : finished
  } catch (error) {
    throw toLangGraphError(error)
  }
}
