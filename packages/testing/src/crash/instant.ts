/** When a process is to die. */
export type Instant =
  /** Exactly where it passes a point of this name for the n-th time, counted from 1. */
  | { readonly kind: 'at'; readonly point: string; readonly occurrence: number }
  /**
   * Some microseconds after it has passed its n-th point, whatever that one's name is, counted from 1; between two
   * points, in the midst of whatever it does there. As exact as the threads of the machine are.
   */
  | { readonly kind: 'after'; readonly points: number; readonly microseconds: number }

/** Where a child finds its instant. */
export const instantVariable = 'CAIRN_CRASH_INSTANT'
/** The child's end of the pipe through which it tells the points that it passes. */
export const pointsDescriptor = 3

/** An instant as people read it: `at before-commit #3`, `41 µs after point 17`. */
export function describeInstant(instant: Instant): string {
  return instant.kind === 'at'
    ? `at ${instant.point} #${instant.occurrence}`
    : `${instant.microseconds} µs after point ${instant.points}`
}
