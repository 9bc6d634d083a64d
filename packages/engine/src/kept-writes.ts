import { SENDS } from './control.ts'
import type { SendPacket } from './due.ts'
import type { Plan } from './plan.ts'
import type { Write } from './write.ts'

/**
 * Writes as a store keeps them: as they were written, without those to channels that are never stored, and without
 * the values of such channels in what is sent along to other nodes.
 */
export function keptWrites(plan: Plan, writes: readonly Write[]): readonly Write[] {
  return plan.keepingSlots.length === 0
    ? storedWrites(plan, writes)
    : storedWrites(plan, asWritten(plan, writes))
}

/** The same list, or another one if a channel asks for a copy. */
function asWritten({ slotByChannel, channels }: Plan, writes: readonly Write[]): readonly Write[] {
  const copies = writes.map((write): Write => {
    const [channel, value] = write
    const { keep } = channels[slotByChannel.get(channel) ?? -1] ?? {}
    const kept = keep === undefined ? value : keep(value)
    return kept === value ? write : [channel, kept]
  })
  return copies.every((write, index) => write === writes[index]) ? writes : copies
}

function storedWrites(
  { slotByChannel, channels, storedSlots }: Plan,
  writes: readonly Write[],
): readonly Write[] {
  if (storedSlots.length === channels.length) return writes
  const isTransient = (channel: string) => channels[slotByChannel.get(channel) ?? -1]?.isTransient === true
  return writes
    .filter(([channel]) => !isTransient(channel))
    .map(([channel, value]) => [channel, channel === SENDS ? keptPacket(value, isTransient) : value])
}

function keptPacket(packet: unknown, isTransient: (channel: string) => boolean): unknown {
  const { node, args, timeout } = packet as SendPacket
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return packet
  const kept = Object.entries(args).filter(([key]) => !isTransient(key))
  if (kept.length === Object.keys(args).length) return packet
  return { node, args: Object.fromEntries(kept), ...(timeout !== undefined && { timeout }) }
}
