import type { Plan } from './plan.ts'
import type { Write } from './write.ts'

/** Writes as their channels take them, the same list where no channel asks for anything. */
export function acceptedWrites(
  { acceptingSlots, channels, slotByChannel }: Plan,
  writes: readonly Write[],
): readonly Write[] {
  if (acceptingSlots.length === 0) return writes
  return writes.map((write): Write => {
    const [channel, value] = write
    const accepted = channels[slotByChannel.get(channel) ?? -1]?.accept?.(value)
    return accepted === undefined || accepted === value ? write : [channel, accepted]
  })
}
