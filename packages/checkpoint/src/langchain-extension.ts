// Keeps LangChain's objects in the form that they are stored in elsewhere too,
// `{lc: 1, type: 'constructor', id, kwargs}`, with two differences: `kwargs` holds what the object has now, under
// the names that its constructor takes, and values within it are kept by the codec, exactly.
import { isBaseMessage } from '@langchain/core/messages'
import type { CodecExtension } from '@cairn/engine/codec'
import { ClassFinder } from './class-finder.ts'
import {
  coreClasses,
  isSameId,
  knownClass,
  uniqueName,
  type Fields,
  type FieldsConstructor,
  type KnownClass,
} from './langchain-classes.ts'

interface StoredObject {
  readonly lc: 1
  readonly type: 'constructor'
  readonly id: readonly string[]
  readonly kwargs: Fields
  /** What was put on a message from outside, which its constructor does not know. */
  readonly extra?: Fields
}

/** What a LangChain object has for LangChain's own use. */
const bookkeeping = new Set(['lc_kwargs', 'lc_namespace', 'lc_serializable', 'lc_direct_tool_output', 'type'])

/** What the constructors of messages take, but for `contentBlocks`, another way to give the content. */
const messageFields = new Set([
  'additional_kwargs',
  'artifact',
  'content',
  'id',
  'invalid_tool_calls',
  'metadata',
  'name',
  'response_metadata',
  'role',
  'status',
  'tool_call_chunks',
  'tool_call_id',
  'tool_calls',
  'usage_metadata',
])

/** Keeps messages, prompt values and documents of `@langchain/core`. */
export const langchainExtension: CodecExtension = createLangchainExtension([])

/**
 * The same, with classes of the user's own: subclasses of LangChain's `Serializable` whose constructor takes its
 * fields as one object.
 * @throws {TypeError} when two classes have one name.
 */
export function createLangchainExtension(classes: readonly FieldsConstructor[]): CodecExtension {
  const known = new Map(coreClasses.map((each) => [each.name, each]))
  for (const Class of classes) {
    const name = uniqueName(Class)
    if (known.has(name)) {
      throw new TypeError(
        `Two classes of LangChain objects are named ${JSON.stringify(name)}. Give one an lc_name.`,
      )
    }
    known.set(name, knownClass(Class, undefined, isBaseMessage(Class.prototype as never)))
  }
  const classFinder = new ClassFinder(known)
  return {
    name: 'langchain',
    match: (value) => typeof value === 'object' && value !== null && classFinder.find(value) !== undefined,
    encode: (value) => encodeObject(value as object, classFinder.find(value as object)!),
    decode: (encoded) => decodeObject(encoded, known),
    isTransparent: true,
  }
}

function encodeObject(object: object, known: KnownClass): StoredObject {
  const secrets: unknown = Reflect.get(object, 'lc_secrets')
  if (typeof secrets === 'object' && secrets !== null && Object.keys(secrets).length > 0) {
    throw new Error(`It holds secrets (${Object.keys(secrets).join(', ')}), which are not to be stored.`)
  }
  const namespace =
    known.namespace ?? (Reflect.get(object, 'lc_namespace') as readonly string[] | undefined) ?? []
  const stored: StoredObject = {
    lc: 1,
    type: 'constructor',
    id: [...namespace, known.name],
    kwargs: constructorFields(object, known),
  }
  const extra = known.isMessage ? extraFields(object) : undefined
  return extra === undefined ? stored : { ...stored, extra }
}

/** What the object was made with, as it is now. */
function constructorFields(object: object, known: KnownClass): Fields {
  const fields: Fields = {}
  const given = Reflect.get(object, 'lc_kwargs') as Fields | undefined
  for (const key of Object.keys(given ?? object)) {
    const value: unknown = key in object ? Reflect.get(object, key) : given![key]
    // LangChain's classes take an absent field for one that is undefined; a class of the user's may not.
    if (value !== undefined || known.namespace === undefined) setOwn(fields, key, value)
  }
  return known.isMessage ? messageFieldsNow(object, fields, given) : fields
}

/** Adds what a message got after it was made. Its content is given once, in the way that it was given first. */
function messageFieldsNow(object: object, fields: Fields, given: Fields | undefined): Fields {
  for (const key of Object.keys(object)) {
    if (!messageFields.has(key) || Object.hasOwn(fields, key)) continue
    const value: unknown = Reflect.get(object, key)
    if (value !== undefined) fields[key] = value
  }
  const { content, contentBlocks, ...others } = fields
  if (contentBlocks === undefined) return fields
  return given?.['content'] === undefined ? { ...others, contentBlocks: content } : { ...others, content }
}

function extraFields(object: object): Fields | undefined {
  const given = Reflect.get(object, 'lc_kwargs') as Fields
  const keys = Object.keys(object).filter(
    (key) => !bookkeeping.has(key) && !messageFields.has(key) && !Object.hasOwn(given, key),
  )
  if (keys.length === 0) return undefined
  const extra: Fields = {}
  for (const key of keys) setOwn(extra, key, Reflect.get(object, key))
  return extra
}

function decodeObject(encoded: unknown, known: ReadonlyMap<string, KnownClass>): object {
  const { id, kwargs, extra } = checkStored(encoded)
  const found = known.get(id.at(-1)!)
  if (found === undefined || (found.namespace !== undefined && !isSameId(id.slice(0, -1), found.namespace))) {
    throw new Error(
      `The class ${id.join('/')} is not known. Pass it in "classes" to createLangchainCodec, ` +
        'as was done when it was stored.',
    )
  }
  const object = found.make(found.isMessage ? constructorArgument(kwargs) : kwargs)
  if (found.isMessage) restoreFields(object, kwargs)
  for (const [key, value] of Object.entries(extra ?? {})) setOwn(object, key, value)
  return object
}

/** Constructors of messages change what they are given. */
function constructorArgument(kwargs: Fields): Fields {
  const argument = { ...kwargs }
  for (const key of ['content', 'contentBlocks']) {
    const content = argument[key]
    if (Array.isArray(content)) argument[key] = [...content]
  }
  return argument
}

/** Puts back what the constructor changed or left out, such as the invalid tool calls of a chunk. */
function restoreFields(object: object, { contentBlocks, ...kwargs }: Fields): void {
  const fields = contentBlocks === undefined ? kwargs : { ...kwargs, content: contentBlocks }
  for (const [key, value] of Object.entries(fields)) {
    if (messageFields.has(key) && !Object.is(Reflect.get(object, key), value)) Reflect.set(object, key, value)
  }
}

function checkStored(encoded: unknown): StoredObject {
  const stored = encoded as StoredObject | null
  const isStored =
    typeof stored === 'object' &&
    stored !== null &&
    stored.type === 'constructor' &&
    Array.isArray(stored.id) &&
    stored.id.length > 0 &&
    isRecord(stored.kwargs) &&
    (stored.extra === undefined || isRecord(stored.extra))
  if (!isStored) throw new Error('It is not a stored LangChain object.')
  return stored
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Plain assignment, the fast way, would take `__proto__` for the prototype. */
function setOwn(object: object, key: string, value: unknown): void {
  if (key !== '__proto__') (object as Fields)[key] = value
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
}
