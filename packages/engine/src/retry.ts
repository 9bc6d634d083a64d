/** When and how often a failed task is tried again. */
export interface RetryPolicy {
  /** Tries in all, the first included. Default: 3. */
  readonly maxAttempts?: number
  /** Wait before the second try. Default: 500. */
  readonly initialIntervalMs?: number
  /** Each wait is the one before times this. Default: 2. */
  readonly backoffFactor?: number
  /** No wait is longer, jitter aside. Default: 128,000. */
  readonly maxIntervalMs?: number
  /** Adds up to this many random milliseconds to each wait, so that many tasks do not come back at once. Default: 1,000. */
  readonly jitterMs?: number
  /** Which errors are worth another try. Default: all. */
  isRetryable?(error: unknown): boolean
  /** Told after each wait, before the next try. */
  onRetry?(retry: {
    readonly node: string
    readonly attempt: number
    readonly waitMs: number
    readonly error: unknown
  }): void
}

/** Milliseconds to wait after `attempt` (1 for the first) failed. `random` is in [0, 1). */
export function backoffMs(policy: RetryPolicy, attempt: number, random: number): number {
  const { initialIntervalMs = 500, backoffFactor = 2, maxIntervalMs = 128_000, jitterMs = 1_000 } = policy
  return Math.min(maxIntervalMs, initialIntervalMs * backoffFactor ** (attempt - 1)) + random * jitterMs
}

export function mayRetry(
  policy: RetryPolicy | undefined,
  attempt: number,
  error: unknown,
): policy is RetryPolicy {
  if (policy === undefined || attempt >= (policy.maxAttempts ?? 3)) return false
  return policy.isRetryable === undefined || policy.isRetryable(error)
}
