/**
 * A controller for one run that follows the caller's signal, and a limit on time. One listener is put on the
 * caller's signal, and taken away when the run has ended.
 */
export function linkedController(
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
): { controller: AbortController; dispose(): void } {
  const controller = new AbortController()
  if (signal === undefined && timeoutMs === undefined) return { controller, dispose: () => undefined }

  const abort = () => controller.abort(abortError(signal?.reason))
  if (signal?.aborted === true) abort()
  else signal?.addEventListener('abort', abort, { once: true })
  const timer = timeoutMs === undefined ? undefined : setTimeout(abort, timeoutMs)
  return {
    controller,
    dispose() {
      signal?.removeEventListener('abort', abort)
      clearTimeout(timer)
    },
  }
}

/** LangGraph's programs test for this message. */
function abortError(cause: unknown): Error {
  const error = new Error('Abort', { cause })
  error.name = 'AbortError'
  return error
}
