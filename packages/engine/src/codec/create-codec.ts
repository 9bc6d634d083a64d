import type { Codec, CodecExtension, CodecOptions } from './codec.ts'
import { decodeTagged, tooDeep } from './decode-tagged.ts'
import { encodeTagged } from './encode-tagged.ts'
import { CorruptValueError, UnserialisableValueError } from './errors.ts'
import { RESERVED_START } from './format.ts'
import { isPlainJson } from './is-plain-json.ts'
import { isKeyed } from './keyed.ts'
import { kindOf } from './kinds.ts'
import type { CodecLimits } from './survey.ts'

const DEFAULT_MAX_DEPTH = 1000
const DEFAULT_MAX_BYTES = 256 * 1024 * 1024
/** No UTF-16 unit takes more bytes in UTF-8. */
const MAX_BYTES_PER_UNIT = 3

/**
 * A codec for JSON data and for the built-in objects listed in `docs/design/format.md`. Classes need an extension.
 * @throws {TypeError} when an option is not usable.
 */
export function createCodec(options: CodecOptions = {}): Codec {
  const extensions = options.extensions ?? []
  const extensionsByName = byName(extensions)
  const maxDepth = positiveInteger('maxDepth', options.maxDepth ?? DEFAULT_MAX_DEPTH)
  const maxBytes = positiveInteger('maxBytes', options.maxBytes ?? DEFAULT_MAX_BYTES)
  const decode = (text: string): unknown => {
    if (typeof text !== 'string') throw new CorruptValueError('What is stored is not text.')
    if (isTooLong(text, maxBytes)) {
      throw new CorruptValueError(`The stored text is longer than ${maxBytes} bytes.`)
    }
    const parsed = parse(text)
    if (text.startsWith(RESERVED_START)) return decodeTagged(parsed, extensionsByName, maxDepth)
    // Each level takes at least two characters, so short text needs no look.
    if (text.length > 2 * maxDepth && isDeeperThan(parsed, maxDepth)) throw tooDeep(maxDepth)
    return parsed
  }
  return {
    encode(value) {
      const text = plainText(value, maxDepth) ?? taggedText(value, extensions, { maxDepth, maxBytes })
      if (isTooLong(text, maxBytes)) throw tooLarge(maxBytes)
      return text
    },
    decode(text) {
      try {
        return decode(text)
      } catch (cause) {
        if (cause instanceof CorruptValueError) throw cause
        // Such as a stack that is full before the depth is reached that was allowed.
        throw new CorruptValueError(`The stored value cannot be read: ${String(cause)}`, { cause })
      }
    },
    isTransparent: (object) =>
      kindOf(object) === undefined &&
      extensions.find((extension) => extension.match(object))?.isTransparent === true,
  }
}

/** The text of a value that is plain JSON; `undefined` for any other. */
function plainText(value: unknown, maxDepth: number): string | undefined {
  try {
    if (!isPlainJson(value, maxDepth)) return undefined
    const text = JSON.stringify(value)
    return text.startsWith(RESERVED_START) ? undefined : text
  } catch {
    // What cannot be read or written fails once more on the way that is taken now, which knows the path.
    return undefined
  }
}

function taggedText(value: unknown, extensions: readonly CodecExtension[], limits: CodecLimits): string {
  try {
    return encodeTagged(value, extensions, limits)
  } catch (error) {
    // What JSON.stringify throws when the text is longer than a string can be, or its recursion too deep.
    if (!(error instanceof RangeError)) throw error
    throw new UnserialisableValueError('$', 'a value of this size', remedyForSize, error)
  }
}

const remedyForSize = 'Keep large data in a file or a database, and store where it is.'

function tooLarge(maxBytes: number): UnserialisableValueError {
  return new UnserialisableValueError('$', `a value of more than ${maxBytes} bytes`, remedyForSize)
}

function isTooLong(text: string, maxBytes: number): boolean {
  return text.length * MAX_BYTES_PER_UNIT > maxBytes && Buffer.byteLength(text) > maxBytes
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CorruptValueError('The stored text is not JSON.', { cause })
  }
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (!isKeyed(value)) return false
  if (depth === 0) return true
  if (Array.isArray(value)) return value.some((element) => isDeeperThan(element, depth - 1))
  for (const key in value) {
    if (isDeeperThan(value[key], depth - 1)) return true
  }
  return false
}

function byName(extensions: readonly CodecExtension[]): ReadonlyMap<string, CodecExtension> {
  const named = new Map<string, CodecExtension>()
  for (const extension of extensions) {
    if (typeof extension.name !== 'string' || extension.name === '') {
      throw new TypeError('A codec extension needs a name, a string that is not empty.')
    }
    if (named.has(extension.name)) {
      throw new TypeError(`Two codec extensions have the name ${JSON.stringify(extension.name)}.`)
    }
    named.set(extension.name, extension)
  }
  return named
}

function positiveInteger(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new TypeError(`${option} must be a positive integer, but is ${String(value)} (${typeof value}).`)
}
