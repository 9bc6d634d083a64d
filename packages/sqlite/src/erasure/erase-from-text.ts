// Takes what is to be erased out of a stored text, which is JSON as docs/design/format.md has it, and leaves all the
// rest as it was: the text still decodes, its objects are still of their classes.
import { Secrets } from './secrets.ts'

/** Stands for what was erased, within a text or in place of a whole value. */
export const ERASED = '[erased]'

/** The text without what is to be erased; itself when it holds nothing of it. */
export function eraseFromText(text: string, secrets: Secrets): string {
  if (!secrets.mayBeIn(text) && !holdsBase64.test(text)) return text
  const value = JSON.parse(text) as unknown
  const erased = new Eraser(secrets).erased(value)
  return erased === value ? text : JSON.stringify(erased)
}

type Json = unknown

/** Bytes stand in strings, where what they hold cannot be seen from outside: in JSON, and in a string alone. */
const holdsBase64 = /"(?:data:[^",]*;base64,)?[A-Za-z0-9+/]{4,}={0,2}"/
const isBase64 = /^(data:[^",]*;base64,)?([A-Za-z0-9+/]{4,}={0,2})$/

/** Begins what no text of a user's is likely to be. */
const standIn = '<row of a string>'

class Eraser {
  readonly #secrets: Secrets

  constructor(secrets: Secrets) {
    this.#secrets = secrets
  }

  /** Gives the same object for what stays the same. */
  erased(value: Json): Json {
    if (typeof value === 'string') return value.startsWith(standIn) ? value : this.#string(value)
    if (typeof value === 'number') return this.#secrets.isIn(String(value)) ? ERASED : value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return this.#list(value)
    const entries = Object.entries(value)
    const [first] = entries
    return entries.length === 1 && first![0].startsWith('$')
      ? this.#tagged(value, first![0], first![1])
      : this.#record(value, entries)
  }

  #string(text: string): string {
    const erased = this.#secrets.replaceIn(text, ERASED)
    if (erased !== text) return erased
    const [, start = '', base64] = isBase64.exec(text) ?? []
    if (base64 === undefined || base64.length % 4 !== 0) return text
    const bytes = Buffer.from(base64, 'base64')
    return this.#secrets.zeroIn(bytes) ? start + bytes.toString('base64') : text
  }

  #list(list: readonly Json[]): readonly Json[] {
    const next = list.map((element) => this.erased(element))
    return next.some((element, at) => element !== list[at]) ? next : list
  }

  #record(record: object, entries: readonly (readonly [string, Json])[]): object {
    let hasChanged = false
    const keys = new Set<string>()
    const next = entries.map(([key, value]): [string, Json] => {
      const nextKey = freeKey(this.#secrets.replaceIn(key, ERASED), keys)
      keys.add(nextKey)
      const nextValue = this.erased(value)
      if (nextKey !== key || nextValue !== value) hasChanged = true
      return [nextKey, nextValue]
    })
    return hasChanged ? Object.fromEntries(next) : record
  }

  /** An object with one key that begins with `$`: mostly what the codec made of something that JSON does not have. */
  #tagged(object: object, tag: string, content: Json): Json {
    switch (tag) {
      case '$def':
      case '$instance':
      case '$bytes':
        // A number, the name of a class or a kind of bytes, and the content.
        return this.#withPart(object, tag, content, 1)
      case '$ref':
      case '$undefined':
        return object
      case '$date':
      case '$bigint':
      case '$number':
      case '$url':
      case '$regexp':
        // Half of one of these would be none.
        return this.#secrets.isIn(JSON.stringify(content)) ? ERASED : object
      case '$':
      case '$bare':
        return this.#untagged(object, tag, content)
      case '$error':
        return this.#error(object, content)
      case '$cairn.text':
        return this.#pieces(object, tag, content)
      case '$cairn.list':
      case '$cairn.record':
        return this.#node(object, tag, content)
      default:
        return this.#record(object, [[tag, content]])
    }
  }

  #withPart(object: object, tag: string, content: Json, at: number): object {
    if (!Array.isArray(content)) return this.#record(object, [[tag, content]])
    const part: Json = content[at]
    const next = this.erased(part)
    return next === part ? object : { [tag]: content.with(at, next) }
  }

  /** Its content is an object that is no tag, though it may look like one. */
  #untagged(object: object, tag: string, content: Json): object {
    if (typeof content !== 'object' || content === null) return object
    const next = this.#record(content, Object.entries(content))
    return next === content ? object : { [tag]: next }
  }

  /** Its type is one of a closed set. */
  #error(object: object, content: Json): object {
    if (typeof content !== 'object' || content === null) return this.#record(object, [['$error', content]])
    const { type, ...rest } = content as Record<string, Json>
    const next = this.#record(rest, Object.entries(rest))
    return next === rest ? object : { $error: { ...(type !== undefined && { type }), ...next } }
  }

  /** Numbers in a node are rows of `value`, which are erased for themselves. */
  #node(object: object, tag: string, content: Json): object {
    if (!Array.isArray(content)) return this.#record(object, [[tag, content]])
    const items = content as readonly Json[]
    const next = items.map((item) =>
      typeof item === 'string' || Array.isArray(item) ? this.erased(item) : item,
    )
    return next.some((item, at) => item !== items[at]) ? { [tag]: next } : object
  }

  /** The strings that it leaves out are erased for themselves; for as long as this takes, others stand for them. */
  #pieces(object: object, tag: string, content: Json): object {
    if (!Array.isArray(content)) return this.#record(object, [[tag, content]])
    const items = content as readonly Json[]
    const whole = items
      .map((item) => (typeof item === 'number' ? `"${standIn}${item}"` : String(item)))
      .join('')
    const value = JSON.parse(whole) as unknown
    const next = this.erased(value)
    if (next === value) return object
    const pieces = JSON.stringify(next).split(new RegExp(`"${standIn}(-?\\d+)"`))
    return { [tag]: pieces.map((piece, at) => (at % 2 === 0 ? piece : Number(piece))) }
  }
}

function freeKey(key: string, taken: ReadonlySet<string>): string {
  let free = key
  for (let number = 2; taken.has(free); number++) free = `${key} ${number}`
  return free
}
