import { StoreError } from '../errors.ts'

/** The file does not hold the tables of LangGraph's SqliteSaver. */
export class NotLanggraphDatabaseError extends StoreError {
  readonly code = 'NOT_LANGGRAPH_DATABASE'

  constructor(path: string) {
    super(
      path,
      `${path} is not a database of LangGraph's SqliteSaver: it lacks its tables "checkpoints" and "writes".`,
      'Give the file that SqliteSaver.fromConnString was given.',
    )
  }
}

/** A record of LangGraph's SqliteSaver cannot be read. */
export class UnreadableRecordError extends StoreError {
  readonly code = 'LANGGRAPH_UNREADABLE_RECORD'

  constructor(
    path: string,
    readonly threadId: string,
    readonly checkpointId: string,
    /** Which part of it: `checkpoint`, `metadata`, or the channel of a write. */
    readonly part: string,
    /** The type of the record, as the table has it. */
    readonly type: string,
    cause: unknown,
  ) {
    const isPython = type === 'msgpack'
    super(
      path,
      `The record of type "${type}" in checkpoint ${checkpointId} of thread "${threadId}" (${part}) cannot be read` +
        (isPython
          ? ": LangGraph for Python wrote it, whose values are Python's."
          : `: ${(cause as Error).message}`),
      isPython
        ? 'Only databases of LangGraph.js can be read.'
        : 'Pass the "serde" that the saver was given, if it was given one.',
      cause,
    )
  }
}

/** The database of LangGraph's SqliteSaver is only read, never written. */
export class LanggraphReadOnlyError extends StoreError {
  readonly code = 'LANGGRAPH_READ_ONLY'

  constructor(path: string) {
    super(
      path,
      `${path} is a database of LangGraph's SqliteSaver, which is read as it is; nothing was written.`,
      'To go on with its threads, import them into a store: cairn import --langgraph.',
    )
  }
}
