// LangGraph's mode in which an answer has to match the questions that are open.
import { UnknownInterruptError, isCommand } from '@langchain/langgraph'
import { openQuestions, type PendingWrite } from '@cairn/engine'
import { isInterruptId } from './scratchpad.ts'

/**
 * @param pending the writes beside the checkpoint that the command is for
 * @throws {UnknownInterruptError} for an answer to a question that is not open, for a map without answers, and for a
 *   plain answer while several questions are open, even if they are the same
 */
export function refuseUnmatchedAnswer(input: unknown, pending: readonly PendingWrite[]): void {
  const resume: unknown = isCommand(input) ? input.resume : undefined
  if (resume === undefined || resume === null) return
  const pendingIds = openQuestions(pending)
    .flatMap(({ id }) => id ?? [])
    .toSorted()
  const ids = isPlainObject(resume) ? Object.keys(resume) : undefined
  if (ids === undefined || !ids.every(isInterruptId)) {
    if (pendingIds.length < 2) return
    throw new UnknownInterruptError(
      'When there are multiple pending interrupts, you must specify the interrupt id when resuming.',
      { reason: 'ambiguous', pendingIds },
    )
  }
  if (ids.length === 0)
    throw new UnknownInterruptError('The resume map names no interrupt', { reason: 'empty_map', pendingIds })
  const unknown = ids.filter((id) => !pendingIds.includes(id)).toSorted()
  if (unknown.length === 0) return
  throw new UnknownInterruptError(`Unknown or already-consumed interrupt: ${unknown[0]}`, {
    reason: 'not_pending',
    interruptIds: unknown,
    pendingIds,
  })
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
