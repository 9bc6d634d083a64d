import { UnserialisableValueError } from '@cairn/engine/codec'
import { StoreError } from '../errors.ts'

/** An operation on a memory has an argument of the wrong kind; nothing of its batch was done. */
export class MemoryArgumentError extends StoreError {
  readonly code = 'MEMORY_ARGUMENT'

  constructor(
    path: string,
    /** Such as `limit` or `filter.score`. */
    readonly argument: string,
    expected: string,
    found: unknown,
  ) {
    super(path, `"${argument}" is ${show(found)}.`, `It must be ${expected}.`)
  }
}

/** The embeddings model did not give what `index` promises; nothing of the batch was done. */
export class EmbeddingError extends StoreError {
  readonly code = 'MEMORY_EMBEDDING'

  constructor(path: string, what: string) {
    super(path, what, 'Check that "index.dims" and "index.embeddings" belong to one model.')
  }
}

/** `sqlite-vec` was asked for, but cannot be loaded. */
export class VectorExtensionError extends StoreError {
  readonly code = 'MEMORY_VECTOR_EXTENSION'

  constructor(path: string, cause: unknown) {
    super(
      path,
      `The extension sqlite-vec cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'Install the package "sqlite-vec", or leave out "index.engine": the same results come without it, later.',
      cause,
    )
  }
}

/** What is stored for an item is damaged, or was stored with codec extensions that are missing. */
export class UnreadableMemoryError extends StoreError {
  readonly code = 'MEMORY_UNREADABLE'

  constructor(
    path: string,
    readonly namespace: readonly string[],
    readonly key: string,
    why: string,
    cause?: unknown,
  ) {
    super(
      path,
      `The item "${key}" in namespace ${JSON.stringify(namespace)} cannot be read: ${why}.`,
      'If its value needs codec extensions, open the memory with them. Otherwise the file is damaged: delete the item, or restore a backup.',
      cause,
    )
  }
}

/** The value of an item cannot be stored; nothing of the batch was. `path` leads to the place in the value. */
export class UnstorableMemoryError extends UnserialisableValueError {
  constructor(
    refusal: UnserialisableValueError,
    readonly namespace: readonly string[],
    readonly key: string,
  ) {
    const { path, found, remedy, cause } = refusal
    super(path, found, remedy, cause)
    this.message = `Cannot store ${found} at ${path} of the item "${key}" in namespace ${JSON.stringify(namespace)}; nothing of the batch was stored. ${remedy}`
  }
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}
