// Messages that are written to a delta channel get their ids before they are stored: the channel is rebuilt from
// what was stored each time it is read, and a message without an id would come back as another one.
import { randomUUID } from 'node:crypto'
import { Overwrite } from '@langchain/langgraph'
import { BaseMessage, coerceMessageLikeToMessage, type BaseMessageLike } from '@langchain/core/messages'
import { overwriteOf } from './overwrite.ts'

const messagesReducer = Symbol.for('langgraph.messages_delta_reducer')

/** The same value, or a copy of it with ids: message objects are given theirs in place. */
export type GiveIds = (value: unknown) => unknown

/**
 * For a channel with this reducer: whatever `messagesDeltaReducer` takes for a message is one; where other data may
 * be, only message objects are.
 */
export function idGiver(reduce: unknown): GiveIds {
  const isForMessages = typeof reduce === 'function' && messagesReducer in reduce
  return isForMessages ? ofMessages : ofAnything
}

function ofAnything(value: unknown): unknown {
  if (BaseMessage.isInstance(value)) giveId(value)
  else if (Array.isArray(value)) value.forEach(ofAnything)
  else ofAnythingIn(overwriteOf(value))
  return value
}

function ofAnythingIn(overwrite: { readonly value: unknown } | undefined): void {
  if (overwrite !== undefined) ofAnything(overwrite.value)
}

function ofMessages(value: unknown): unknown {
  const overwrite = overwriteOf(value)
  if (overwrite === undefined) return Array.isArray(value) ? eachOf(value, written) : written(value)
  if (!Array.isArray(overwrite.value)) return value
  const messages = eachOf(overwrite.value, asMessage)
  return messages === overwrite.value ? value : new Overwrite(messages)
}

function eachOf(items: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const changed = items.map(change)
  return changed.every((item, index) => item === items[index]) ? items : changed
}

/** A plain object stays one: the reducer makes the message. */
function written(item: unknown): unknown {
  if (!isPlain(item)) return asMessage(item)
  const message = coerced(item)
  return message === undefined || message.id ? item : { ...item, id: randomUUID() }
}

function asMessage(item: unknown): unknown {
  if (BaseMessage.isInstance(item)) {
    giveId(item)
    return item
  }
  const message = coerced(item)
  if (message === undefined) return item
  if (!message.id) giveId(message)
  return message
}

/** What cannot become a message is left to the reducer, which says why. */
function coerced(item: unknown): BaseMessage | undefined {
  try {
    return coerceMessageLikeToMessage(item as BaseMessageLike)
  } catch {
    return undefined
  }
}

function isPlain(item: unknown): item is object {
  if (typeof item !== 'object' || item === null || 'lc' in item) return false
  const prototype: unknown = Object.getPrototypeOf(item)
  return prototype === Object.prototype || prototype === null
}

function giveId(message: BaseMessage): void {
  if (message.id != null && message.id !== '') return
  message.id = randomUUID()
  const { lc_kwargs: fields } = message as { lc_kwargs?: Record<string, unknown> }
  if (fields != null) fields['id'] = message.id
}
