/** `90s`, `15m`, `12h`, `30d` or `8w`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd' | 'w'}`

/**
 * Which checkpoints of a thread are kept. A checkpoint that any of the rules keeps stays; a policy without a rule
 * keeps all. What something else needs stays as well, see `checkpointsToKeep`.
 */
export interface RetentionPolicy {
  /** The newest so many of each branch, 1 or more. */
  readonly keepLast?: number
  /** Those that are not older than this: milliseconds, or text such as `'30d'`. */
  readonly maxAge?: number | Duration
  /** The first of every so many supersteps, 1 or more: with 10, those of the steps 0, 10, 20 … or the next one there is. */
  readonly keepEvery?: number
  /** Ids of checkpoints that stay whatever the rules say. */
  readonly pins?: readonly string[]
}

const unitsMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** Milliseconds; `undefined` when it is no duration. */
export function durationMs(duration: number | string): number | undefined {
  if (typeof duration === 'number') return Number.isFinite(duration) && duration >= 0 ? duration : undefined
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(duration) ?? []
  return amount === undefined ? undefined : Number(amount) * unitsMs[unit!]!
}

export interface PolicyMistake {
  readonly option: string
  readonly expected: string
  readonly found: unknown
}

/** What is wrong with a policy, or `undefined`. */
export function policyMistake(policy: RetentionPolicy): PolicyMistake | undefined {
  if (typeof policy !== 'object' || policy === null)
    return { option: 'policy', expected: 'an object', found: policy }
  const { keepLast, maxAge, keepEvery, pins } = policy
  const count = 'a whole number from 1 on'
  if (keepLast !== undefined && !isCount(keepLast))
    return { option: 'keepLast', expected: count, found: keepLast }
  if (keepEvery !== undefined && !isCount(keepEvery))
    return { option: 'keepEvery', expected: count, found: keepEvery }
  if (maxAge !== undefined && durationMs(maxAge) === undefined) {
    return {
      option: 'maxAge',
      expected: 'milliseconds, or text such as "30d", "12h" or "90s"',
      found: maxAge,
    }
  }
  if (pins !== undefined && !(Array.isArray(pins) && pins.every((id) => typeof id === 'string')))
    return { option: 'pins', expected: 'a list of checkpoint ids', found: pins }
  const known = new Set(['keepLast', 'maxAge', 'keepEvery', 'pins'])
  const unknown = Object.keys(policy).find((key) => !known.has(key))
  if (unknown !== undefined)
    return {
      option: unknown,
      expected: 'absent: a policy has "keepLast", "maxAge", "keepEvery" and "pins"',
      found: policy[unknown as keyof RetentionPolicy],
    }
  return undefined
}

/** Pins alone are no rule: with nothing to say what goes, nothing does. */
export function hasRule({ keepLast, maxAge, keepEvery }: RetentionPolicy): boolean {
  return keepLast !== undefined || maxAge !== undefined || keepEvery !== undefined
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1
}
