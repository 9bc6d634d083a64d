// Keeps the objects of LangGraph that get into channels and writes. They are told by `lg_name`, as LangGraph itself
// does across copies of its package, and come back in the form without a class that it accepts from a checkpoint.
import { DeltaSnapshot } from '@langchain/langgraph-checkpoint'
import type { CodecExtension } from '@cairn/engine/codec'

/** `{node, args, timeout?}`: LangGraph takes it for a `Send` where it reads checkpoints. */
export interface StoredSend {
  readonly node: string
  readonly args: unknown
  readonly timeout?: unknown
}

/** `{lg_name: 'Command', ...}`: what `new Command(...)` takes. */
export interface StoredCommand {
  readonly lg_name: 'Command'
  readonly graph?: string
  readonly update?: unknown
  readonly resume?: unknown
  readonly goto?: unknown
}

/** `{__overwrite__}`: reducers take it for an `Overwrite`. */
export interface StoredOverwrite {
  readonly __overwrite__: unknown
}

/** lg_name → the fields that make up the object. */
const fieldsByName: ReadonlyMap<string, readonly string[]> = new Map([
  ['Send', ['node', 'args', 'timeout']],
  ['Command', ['graph', 'update', 'resume', 'goto']],
  ['Overwrite', ['__overwrite__']],
  ['DeltaSnapshot', ['value']],
])

/** Fields without which the object means nothing, so that they are there even when they hold `undefined`. */
const required = new Set(['args', '__overwrite__', 'value'])

/** Keeps `Send`, `Command`, `Overwrite` and `DeltaSnapshot`. */
export const langgraphExtension: CodecExtension = {
  name: 'langgraph',
  match: (value) => typeof value === 'object' && value !== null && fieldsByName.has(nameOf(value)),
  encode(value) {
    const object = value as object
    const stored: Record<string, unknown> = { lg_name: nameOf(object) }
    for (const field of fieldsByName.get(nameOf(object))!) {
      const content: unknown = Reflect.get(object, field)
      if (content !== undefined || required.has(field)) stored[field] = content
    }
    return stored
  },
  decode(encoded) {
    if (typeof encoded !== 'object' || encoded === null || !fieldsByName.has(nameOf(encoded))) {
      throw new Error('It is not a stored LangGraph object.')
    }
    switch (nameOf(encoded)) {
      case 'DeltaSnapshot':
        return new DeltaSnapshot(Reflect.get(encoded, 'value'))
      case 'Overwrite':
      case 'Send':
        return nameless(encoded)
      default:
        return encoded
    }
  },
}

function nameless(encoded: object): object {
  const { lg_name: _, ...fields } = encoded as Record<string, unknown>
  return fields
}

function nameOf(object: object): string {
  return String(Reflect.get(object, 'lg_name'))
}
