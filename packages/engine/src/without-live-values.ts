import { SENDS, START } from './control.ts'
import type { SendPacket } from './due.ts'
import type { Plan } from './plan.ts'

/**
 * The value of a channel as a checkpoint holds it: an input, and what was sent along to other nodes, without what
 * they give channels that are never stored, where that is alive (a connection, a function) and no store could keep it.
 */
export function withoutLiveValues(plan: Plan, channel: string, value: unknown): unknown {
  if (plan.storedSlots.length === plan.channels.length) return value
  if (channel === START) return storableFields(plan, value)
  if (channel === SENDS && Array.isArray(value)) return value.map((packet) => storablePacket(plan, packet))
  return value
}

function storablePacket(plan: Plan, packet: SendPacket): SendPacket {
  const args = storableFields(plan, packet.args)
  if (args === packet.args) return packet
  const { node, timeout } = packet
  return { node, args, ...(timeout !== undefined && { timeout }) }
}

function storableFields({ slotByChannel, channels }: Plan, fields: unknown): unknown {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return fields
  const all = Object.entries(fields)
  const kept = all.filter(
    ([key, value]) =>
      channels[slotByChannel.get(key) ?? -1]?.isTransient !== true || !isAlive(value, new Set()),
  )
  return kept.length === all.length ? fields : Object.fromEntries(kept)
}

/** Objects that may hold anything are looked into. */
function isAlive(value: unknown, seen: Set<object>): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return true
  if (typeof value !== 'object' || value === null || seen.has(value)) return false
  seen.add(value)
  if (Array.isArray(value)) return value.some((element) => isAlive(element, seen))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype)
    return Object.values(value).some((field) => isAlive(field, seen))
  return !isData(value)
}

function isData(object: object): boolean {
  return (
    dataClasses.some((Class) => object instanceof Class) ||
    ArrayBuffer.isView(object) ||
    // Objects that can be made again from data say so.
    Reflect.get(object, 'lc_serializable') === true
  )
}

const dataClasses = [Date, Map, Set, URL, RegExp, Error, ArrayBuffer] as const
