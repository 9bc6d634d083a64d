import { UnserialisableValueError } from './codec/errors.ts'
import { INPUT } from './control.ts'

/** A value of a commit cannot be stored; nothing of the commit was. `path` begins with the channel. */
export class UnstorableValueError extends UnserialisableValueError {
  readonly threadId: string
  /** Its channel, or `metadata`. */
  readonly channel: string
  /** The task that wrote it; `undefined` for a value of a checkpoint. */
  readonly taskId: string | undefined
  /** Names of the nodes that wrote it, as far as that is known. The input is `__input__`. */
  readonly nodes: readonly string[]
  readonly #refusal: UnserialisableValueError

  /** @param refusal told by the codec, whose path begins at the channel's value */
  constructor(
    refusal: UnserialisableValueError,
    threadId: string,
    channel: string,
    taskId?: string,
    nodes: readonly string[] = [],
  ) {
    const { path, found, remedy, cause } = refusal.within(channel)
    super(path, found, remedy, cause)
    this.threadId = threadId
    this.channel = channel
    this.taskId = taskId
    this.nodes = nodes
    this.#refusal = refusal
    this.message = `Cannot store ${found} at ${path}${writer(taskId, nodes)} in thread "${threadId}"; nothing of the commit was stored. ${remedy}`
  }

  /** The same, told by someone who knows which nodes wrote it. */
  writtenBy(nodes: readonly string[]): UnstorableValueError {
    return new UnstorableValueError(this.#refusal, this.threadId, this.channel, this.taskId, nodes)
  }
}

function writer(taskId: string | undefined, nodes: readonly string[]): string {
  const task = taskId === undefined ? '' : `task ${taskId}`
  if (nodes.length === 0) return task === '' ? '' : ` of ${task}`
  const names = nodes.map((node) => (node === INPUT ? 'the input' : `node "${node}"`)).join(' and ')
  return `, written by ${names}${task === '' ? '' : ` (${task})`},`
}
