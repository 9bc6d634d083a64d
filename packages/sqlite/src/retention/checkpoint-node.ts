/** What retention has to know of a checkpoint: where it stands, and who needs it. */
export interface CheckpointNode {
  /** `''` for the thread's own line, else that of a nested graph. */
  readonly namespace: string
  readonly id: string
  /** A checkpoint of the same line, which need not be there any more. */
  readonly parentId: string | undefined
  /** Milliseconds since the epoch; NaN when it cannot be told. */
  readonly createdAtMs: number
  readonly step: number | undefined
  /** namespace → checkpoint of every graph around this one, as in `metadata.parents`. */
  readonly callers: Readonly<Record<string, string>>
  /** A task beside it waits for an answer, or failed and may be tried again. */
  readonly isUnfinished: boolean
  /** Delta channels that it does not hold: their values are rebuilt from the writes beside its ancestors. */
  readonly needs: readonly string[]
  /** Delta channels that it holds whole. */
  readonly holds: readonly string[]
}
