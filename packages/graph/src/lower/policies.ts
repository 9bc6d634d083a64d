import { NodeTimeoutError, type RetryPolicy as ForeignRetryPolicy } from '@langchain/langgraph'
import type { RetryPolicy, TimeoutPolicy } from '@cairn/engine'
import { toLangGraphError } from '../errors.ts'
import type { TimeoutFields } from '../langgraph/compiled-fields.ts'

/** HTTP statuses that another try will not change. */
const finalStatuses = new Set([400, 401, 402, 403, 404, 405, 406, 407, 409])

interface ErrorFields {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly status?: number
  readonly response?: { readonly status?: number }
  readonly error?: { readonly code?: string }
}

/** LangGraph's default: everything but cancellations, mistakes in the graph, and requests that will fail again. */
export function isWorthRetrying(error: unknown): boolean {
  const { name, message = '', code, status, response, error: inner } = (error ?? {}) as ErrorFields
  if (message.startsWith('Cancel') || message.startsWith('AbortError') || name === 'AbortError') return false
  if (name === 'GraphValueError' || code === 'ECONNABORTED') return false
  if (finalStatuses.has(Number(response?.status ?? status))) return false
  return inner?.code !== 'insufficient_quota'
}

export function lowerRetry(policy: ForeignRetryPolicy | undefined): RetryPolicy | undefined {
  if (policy === undefined) return undefined
  const {
    maxAttempts,
    initialInterval,
    backoffFactor,
    maxInterval,
    jitter = true,
    retryOn = isWorthRetrying,
  } = policy
  return {
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(initialInterval !== undefined && { initialIntervalMs: initialInterval }),
    ...(backoffFactor !== undefined && { backoffFactor }),
    ...(maxInterval !== undefined && { maxIntervalMs: maxInterval }),
    jitterMs: jitter ? 1000 : 0,
    isRetryable: (error) => retryOn(toLangGraphError(error)),
    ...(policy.logWarning !== false && { onRetry: warnOfRetry }),
  }
}

/** Printed, as LangGraph does: programs, and those who read their output, look for it there. */
function warnOfRetry({
  node,
  attempt,
  waitMs,
  error,
}: Parameters<NonNullable<RetryPolicy['onRetry']>>[0]): void {
  const name = (error as Partial<Error> | null | undefined)?.name ?? typeof error
  // oxlint-disable-next-line no-console -- `logWarning: false` turns it off
  console.log(
    `Retrying task "${node}" after ${waitMs.toFixed(2)}ms (attempt ${attempt}) after ${name}: ${String(error)}`,
  )
}

/** A bare number is a limit for the whole attempt, in milliseconds. */
export function lowerTimeout(timeout: TimeoutFields | number | undefined): TimeoutPolicy | undefined {
  if (timeout === undefined) return undefined
  const { runTimeout, idleTimeout, refreshOn }: TimeoutFields =
    typeof timeout === 'number' ? { runTimeout: timeout } : timeout
  return {
    ...(runTimeout !== undefined && { runMs: runTimeout }),
    ...(idleTimeout !== undefined && { idleMs: idleTimeout }),
    ...(refreshOn !== undefined && { refreshOn }),
    errorFor: ({ node, kind, elapsedMs: elapsed }, pregelTaskId) =>
      Object.assign(
        new NodeTimeoutError({
          node,
          kind,
          elapsed,
          ...(runTimeout !== undefined && { runTimeout }),
          ...(idleTimeout !== undefined && { idleTimeout }),
        }),
        { pregelTaskId },
      ),
  }
}
