// What became different between two checkpoints, in a few words per channel.
import type { CheckpointView } from './checkpoint-view.ts'
import { formatShort } from './format-value.ts'
import { toJson, type Json } from './json-value.ts'

/** One text per channel that was written since `before`; without `before`, for each channel that holds something. */
export function describeChanges(before: CheckpointView | undefined, after: CheckpointView): string[] {
  const channels = new Set([...Object.keys(before?.values ?? {}), ...Object.keys(after.values)])
  return [...channels].flatMap((channel) => {
    const hasSameVersion = before !== undefined && before.versions[channel] === after.versions[channel]
    const isDefault = after.versions[channel] === undefined && channel in after.values
    if (hasSameVersion || (before === undefined && isDefault)) return []
    return describeChange(channel, before?.values[channel], after.values[channel])
  })
}

function describeChange(channel: string, before: unknown, after: unknown): string[] {
  if (after === undefined) return before === undefined ? [] : [`${channel} removed`]
  if (Array.isArray(after)) return describeList(channel, Array.isArray(before) ? before : [], after)
  if (before === undefined) return [`${channel} = ${short(after)}`]
  if (isSame(before, after)) return []
  if (isScalar(before) && isScalar(after)) return [`${channel} ${short(before)} → ${short(after)}`]
  return [`${channel} changed`]
}

function describeList(channel: string, before: readonly unknown[], after: readonly unknown[]): string[] {
  const isLonger =
    after.length > before.length && before.every((element, index) => isSame(element, after[index]))
  if (isLonger) return [`${channel} +${after.length - before.length}`]
  if (isSame(before, after)) return []
  return before.length === after.length
    ? [`${channel} changed`]
    : [`${channel} ${before.length} → ${after.length} elements`]
}

function isScalar(value: unknown): boolean {
  const json = toJson(value)
  return (typeof json !== 'object' || json === null) && String(json).length <= 20
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(toJson(left)) === JSON.stringify(toJson(right) satisfies Json)
}

function short(value: unknown): string {
  return formatShort(value, 24)
}
