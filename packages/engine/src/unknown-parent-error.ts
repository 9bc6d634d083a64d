import { EngineError } from './errors.ts'

/**
 * A checkpoint names a parent that its line does not hold, so that its values cannot be known. Every store refuses it
 * with this `code`.
 */
export class UnknownParentError extends EngineError {
  readonly code = 'STORE_UNKNOWN_PARENT'

  constructor(
    readonly threadId: string,
    readonly namespace: string,
    readonly checkpointId: string,
    readonly parentId: string,
  ) {
    super(
      `Checkpoint ${checkpointId} of thread "${threadId}"${namespace === '' ? '' : `, namespace "${namespace}",`} ` +
        `has the parent ${parentId}, which the store does not hold; nothing was kept. ` +
        'Commit the parent first, or commit the checkpoint without a parent and with all its values.',
    )
  }
}
