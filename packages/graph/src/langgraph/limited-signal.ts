/** A signal for one run that follows the caller's, and a limit on time. */
export function limitedSignal(
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
): { signal: AbortSignal | undefined; dispose(): void } {
  if (timeoutMs === undefined) return { signal, dispose: () => undefined }
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(abortError(undefined)), timeoutMs)
  return {
    signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
    dispose: () => clearTimeout(timer),
  }
}

/** LangGraph's programs test for this message. */
export function abortError(cause: unknown): Error {
  const error = new Error('Abort', { cause })
  error.name = 'AbortError'
  return error
}
