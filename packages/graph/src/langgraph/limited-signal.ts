/** A signal for one run that follows the caller's, and a limit on time. */
export function limitedSignal(
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
): { signal: AbortSignal | undefined; dispose(): void } {
  if (timeoutMs === undefined) return { signal, dispose: () => undefined }
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new Error('Abort')), timeoutMs)
  return {
    signal: signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
    dispose: () => clearTimeout(timer),
  }
}

/** What a run fails with that its caller has stopped: the reason, as LangChain's Runnables give it. */
export function stopError(reason: unknown): Error {
  if (reason instanceof Error) return reason
  return new Error(typeof reason === 'string' ? reason : 'Aborted')
}
