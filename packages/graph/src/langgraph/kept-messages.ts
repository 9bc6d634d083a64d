// A reducer of messages gives an id to each message that has none, in place: to the object that a node has returned.
// What a store keeps of that node is what it returned, whether the store is given it before or after.
import { BaseMessage } from '@langchain/core/messages'

/** The same value, or a copy with copies of its messages that have no id yet. */
export function keptMessages(value: unknown): unknown {
  if (!Array.isArray(value)) return isWithoutId(value) ? copyOf(value) : value
  return value.some(isWithoutId)
    ? value.map((item: unknown) => (isWithoutId(item) ? copyOf(item) : item))
    : value
}

function isWithoutId(item: unknown): item is BaseMessage {
  return (
    typeof item === 'object' &&
    item !== null &&
    (item as BaseMessage).id == null &&
    BaseMessage.isInstance(item)
  )
}

function copyOf(message: BaseMessage): BaseMessage {
  const copy = Object.create(Object.getPrototypeOf(message) as object) as BaseMessage
  return Object.assign(copy, message, { lc_kwargs: { ...message.lc_kwargs } })
}
