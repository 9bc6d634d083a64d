// Makes what two engines gave comparable: ids and times differ from run to run, everything else has to agree.
import { BaseCallbackHandler } from '@langchain/core/callbacks/base'
import { BaseCallbackManager } from '@langchain/core/callbacks/manager'
import { isBaseMessage, type BaseMessage } from '@langchain/core/messages'
import { Runnable } from '@langchain/core/runnables'
import { BaseCheckpointSaver, BaseStore, RunControl } from '@langchain/langgraph'
import { compareText, isHash, isTime, masked, varying } from './masked.ts'
import { isSnapshot, withOpenTasks } from './open-tasks.ts'

/** Numbers under these keys are times or durations. */
const timeKeys = new Set(['nodeFirstAttemptTime', 'elapsed'])

/** Classes of which only the name is compared. */
const opaque = [
  BaseCheckpointSaver,
  BaseStore,
  BaseCallbackHandler,
  BaseCallbackManager,
  RunControl,
  Runnable,
  AbortSignal,
]

/**
 * Replaces each id by its kind and the number of its first appearance, the same id always by the same text; of a
 * checkpoint's id the step that it encodes stays. Objects become plain, so that `toStrictEqual` compares contents.
 */
export function normalise(value: unknown): unknown {
  return new Normaliser().value(value, '')
}

class Normaliser {
  readonly #labels = new Map<string, string>()
  readonly #open = new Set<object>()

  value(value: unknown, key: string): unknown {
    if (typeof value === 'string') return this.#text(value)
    if (typeof value === 'number') return timeKeys.has(key) ? '<time>' : value
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'symbol') return value.toString()
    if (typeof value === 'function') return '[function]'
    if (typeof value !== 'object' || value === null) return value
    if (opaque.some((kind) => value instanceof kind)) return `[${value.constructor.name}]`
    if (this.#open.has(value)) return '[circular]'
    this.#open.add(value)
    const plain = this.#object(value)
    this.#open.delete(value)
    return plain
  }

  #object(value: object): unknown {
    if (Array.isArray(value)) return value.map((item) => this.value(item, ''))
    if (value instanceof Date) return `[Date ${value.toISOString()}]`
    if (value instanceof Map) return { '[Map]': [...value].map((entry) => this.value(entry, '')) }
    if (value instanceof Set) return { '[Set]': [...value].map((item) => this.value(item, '')) }
    if (value instanceof Error) return this.#error(value)
    if (isBaseMessage(value)) return this.#message(value)
    const fields = this.#fields(isSnapshot(value) ? withOpenTasks(value) : value)
    const name = className(value)
    return name === undefined ? fields : { '[class]': name, ...fields }
  }

  #fields(value: object): Record<string, unknown> {
    const keys = Object.keys(value)
      .filter((key) => !isInternal(key))
      .toSorted((a, b) => compareText(masked(a), masked(b)))
    return Object.fromEntries(
      keys.map((key) => [this.#text(key), this.value((value as Record<string, unknown>)[key], key)]),
    )
  }

  #error(error: Error): unknown {
    const { name, message } = error
    const code = (error as { lc_error_code?: unknown }).lc_error_code
    return { '[error]': name, message: this.#text(message), ...(code !== undefined && { code }) }
  }

  #message(message: BaseMessage): unknown {
    const { lc_kwargs: _, lc_namespace: __, lc_serializable: ___, ...fields } = message
    return { '[message]': message.getType(), ...this.#fields(fields) }
  }

  #text(text: string): string {
    return text.replaceAll(varying, (found) => this.#label(found))
  }

  #label(found: string): string {
    if (isTime(found)) return '<time>'
    const known = this.#labels.get(found)
    if (known !== undefined) return known
    const label = `<${kindOf(found)} ${this.#labels.size}>`
    this.#labels.set(found, label)
    return label
  }
}

/** What an engine puts into `configurable` for itself. */
function isInternal(key: string): boolean {
  return key.startsWith('__pregel_') && key !== '__pregel_tasks'
}

function kindOf(id: string): string {
  if (isHash(id)) return 'question'
  if (/^0{8}-/.test(id)) return 'null'
  return id[14] === '6' ? `checkpoint ${id.slice(19, 23)}` : 'id'
}

/** Errors, sends and commands are told by name; what is a plain object, or was made by `Object.create(null)`, has none. */
function className(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype === null || prototype === Object.prototype ? undefined : prototype.constructor.name
}
