// The classes of LangChain whose instances a codec keeps: a closed table. A stored name is looked up here and
// nowhere else.
import { Document } from '@langchain/core/documents'
import {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  ChatMessageChunk,
  FunctionMessage,
  FunctionMessageChunk,
  HumanMessage,
  HumanMessageChunk,
  RemoveMessage,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
} from '@langchain/core/messages'
import { ChatPromptValue, ImagePromptValue, StringPromptValue } from '@langchain/core/prompt_values'

export type Fields = Record<string, unknown>

/** A class whose constructor takes its fields as one object. */
export type FieldsConstructor = new (fields: never) => object

/** How instances of one class are told and made. */
export interface KnownClass {
  /** The last element of `id`. */
  readonly name: string
  readonly prototype: object
  /** `undefined` for a class that the user passed: it says itself in which namespace it is. */
  readonly namespace: readonly string[] | undefined
  readonly isMessage: boolean
  make(fields: Fields): object
}

const messages: readonly FieldsConstructor[] = [
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  ChatMessageChunk,
  FunctionMessage,
  FunctionMessageChunk,
  HumanMessage,
  HumanMessageChunk,
  RemoveMessage,
  SystemMessage,
  SystemMessageChunk,
  ToolMessage,
  ToolMessageChunk,
]

/** The classes of `@langchain/core` that hold data. */
export const coreClasses: readonly KnownClass[] = [
  ...messages.map((Message) => knownClass(Message, ['langchain_core', 'messages'], true)),
  knownClass(ChatPromptValue, ['langchain_core', 'prompt_values'], false),
  knownClass(ImagePromptValue, ['langchain_core', 'prompt_values'], false),
  {
    ...knownClass(StringPromptValue, ['langchain_core', 'prompt_values'], false),
    // Its constructor takes the text itself.
    make: ({ value }) => new StringPromptValue(value as string),
  },
  knownClass(Document, ['langchain_core', 'documents'], false),
]

export function knownClass(
  Class: FieldsConstructor,
  namespace: readonly string[] | undefined,
  isMessage: boolean,
): KnownClass {
  return {
    name: uniqueName(Class),
    prototype: Class.prototype as object,
    namespace,
    isMessage,
    make: (fields) => new Class(fields as never),
  }
}

/**
 * The name by which LangChain stores a class: what its own `lc_name` says, or else its name. A subclass that
 * inherits `lc_name` goes by its own name.
 */
export function uniqueName(Class: object): string {
  const own = lcName(Class)
  const inherited = lcName(Object.getPrototypeOf(Class) as object)
  return own !== undefined && own !== inherited ? own : String(Reflect.get(Class, 'name'))
}

function lcName(Class: object): string | undefined {
  const name: unknown = Reflect.get(Class, 'lc_name')
  return typeof name === 'function' ? String(name.call(Class)) : undefined
}

/** Whether two paths of a class, as LangChain stores them, are the same. */
export function isSameId(left: unknown, right: readonly string[] | undefined): boolean {
  return Array.isArray(left) && right !== undefined && left.join('/') === right.join('/')
}
