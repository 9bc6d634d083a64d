import { outcomeOf, type Outcome } from '../differential/harness/observe.ts'

/** As `outcomeOf`. Errors of the engines themselves are worded differently: their kind is compared. */
export async function briefOutcome(run: () => unknown): Promise<Outcome> {
  const outcome = await outcomeOf(run)
  return 'error' in outcome ? { error: briefError(outcome.error) } : outcome
}

/** The chunk, or the end of a stream that failed, in the same way. */
export function briefFailure(chunk: unknown): unknown {
  return isFailure(chunk) ? { thrown: briefError(chunk.thrown) } : chunk
}

export function isFailure(chunk: unknown): chunk is { readonly thrown: unknown } {
  return typeof chunk === 'object' && chunk !== null && 'thrown' in chunk
}

function briefError(error: unknown): unknown {
  const { name, message, lc_error_code: code } = error as Error & { lc_error_code?: string }
  return code === undefined && name === 'Error' ? { name, message } : { name, code }
}
