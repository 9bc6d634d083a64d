/** What a run fails with that its caller has stopped: the reason, as LangChain's Runnables give it. */
export function stopError(reason: unknown): Error {
  if (reason instanceof Error) return reason
  return new Error(typeof reason === 'string' ? reason : 'Aborted')
}
