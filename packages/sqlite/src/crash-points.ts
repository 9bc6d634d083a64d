/**
 * The moments of a commit at which a process may die and that differ in what is on disk, in their order.
 * `after-checkpoint` comes only in a commit that has one.
 */
export const CRASH_POINTS = [
  'before-begin',
  'after-begin',
  'after-writes',
  'after-checkpoint',
  'before-commit',
  'after-commit',
] as const

export type CrashPoint = (typeof CRASH_POINTS)[number]
