import type { RunOptions } from './run-options.ts'
import { atHead } from './run-start.ts'
import { isEdit } from './versions/former-names.ts'

/** What a start means for a thread that stands where its checkpoint left it. */
export interface Beginning {
  /** The run goes on from the checkpoint, without new input. */
  readonly goesOn: boolean
  /** It begins in the thread's past, or anew from where the thread stands. */
  readonly isTravelling: boolean
  /** It leaves the line that it found, with a copy of the checkpoint. */
  readonly forks: boolean
  /** Tasks that finished in earlier runs are not run again. */
  readonly reusesFinished: boolean
}

export function beginningOf(options: RunOptions, isNewThread: boolean): Beginning {
  const { start, loaded, position = atHead, isResuming = false } = options
  const hasAnswer = start.kind === 'command' && start.answer !== undefined
  const isEdited = loaded !== undefined && isEdit(loaded)
  const isHead = position.isAddressed && !position.isSuperseded && !isEdited
  const isTravelling =
    position.isAddressed && (position.isNestedAddress || !(hasAnswer || isResuming || isHead))
  const goesOn = !isNewThread && (isResuming || start.kind === 'continue' || hasAnswer)
  const forks = isTravelling && (start.kind === 'command' || goesOn) && (!isEdited || position.isSuperseded)
  return { goesOn, isTravelling, forks, reusesFinished: !isTravelling && !position.isSuperseded }
}
