import type { CheckpointView } from './checkpoint-view.ts'
import { CliError } from './cli-error.ts'
import { ExitCode } from './exit-code.ts'

/**
 * The checkpoint that `reference` means: an id, a unique beginning or end of one, or a step number.
 * @param views all checkpoints of one thread, newest first; at least one.
 * @throws {CliError} when none matches, or more than one does.
 */
export function findCheckpoint(reference: string, views: readonly CheckpointView[]): CheckpointView {
  const exact = views.find(({ id }) => id === reference)
  if (exact !== undefined) return exact
  const atStep = /^-?\d{1,6}$/.test(reference) ? views.filter(({ step }) => step === Number(reference)) : []
  const isPartOfId = reference.length >= shortestPart
  const matching =
    atStep.length > 0
      ? atStep
      : views.filter(({ id }) => isPartOfId && (id.startsWith(reference) || id.endsWith(reference)))
  if (matching.length === 1) return matching[0]!
  throw matching.length === 0 ? notFound(reference, views) : ambiguous(reference, matching, atStep.length > 0)
}

/** Of an id; a mistyped step should not find one by chance. */
const shortestPart = 4

/** The shortest length, of at least 8, at which the beginnings of all these ids differ. */
export function distinctLength(ids: readonly string[]): number {
  const sorted = ids.toSorted()
  let length = 8
  for (const [index, id] of sorted.entries()) {
    const previous = sorted[index - 1] ?? ''
    let shared = 0
    while (shared < id.length && id[shared] === previous[shared]) shared++
    length = Math.max(length, shared + 1)
  }
  return length
}

function notFound(reference: string, views: readonly CheckpointView[]): CliError {
  const steps = views.map(({ step }) => step)
  return new CliError({
    code: 'CHECKPOINT_NOT_FOUND',
    exitCode: ExitCode.notFound,
    message: `Thread "${views[0]!.threadId}" has no checkpoint "${reference}".`,
    remedies: [
      `Its steps go from ${Math.min(...steps)} to ${Math.max(...steps)}. Give a step, or at least ${shortestPart} characters of the beginning or the end of an id.`,
    ],
  })
}

function ambiguous(reference: string, matching: readonly CheckpointView[], isStep: boolean): CliError {
  const what = isStep ? `at step ${reference}` : `with an id that begins or ends with "${reference}"`
  return new CliError({
    code: 'AMBIGUOUS_CHECKPOINT',
    exitCode: ExitCode.usage,
    message: `Thread "${matching[0]!.threadId}" has ${matching.length} checkpoints ${what}.`,
    remedies: [
      'Give one of these ids:',
      ...matching.map(({ id, step, source }) => `  ${id}  step ${step}, ${source}`),
    ],
    details: { candidates: matching.map(({ id }) => id) },
  })
}
