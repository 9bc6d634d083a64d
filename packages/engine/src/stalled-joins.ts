import type { Diagnostic } from './listener.ts'
import type { Plan } from './plan.ts'
import type { State } from './state.ts'

/** Joins that some have reached and that, as nothing is due any more, never open. */
export function stalledJoins(plan: Plan, state: State): Diagnostic[] {
  return plan.channels.flatMap((channel, slot): Diagnostic[] => {
    const missing = channel.missing?.(state.contents[slot]) ?? []
    if (missing.length === 0) return []
    const nodes = plan.subscribers[slot]!.map(({ name }) => name).join(', ')
    const message =
      `Graph "${plan.name}" ended while "${nodes}" still waits for ${missing.join(', ')}, which did not run. ` +
      'If that is meant, join with addJoin(…, { when: "any" }) or { when: "activated" }.'
    return [{ kind: 'stalled-join', channel: plan.channelNames[slot]!, missing, message }]
  })
}
