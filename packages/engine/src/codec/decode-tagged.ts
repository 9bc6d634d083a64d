import type { CodecExtension } from './codec.ts'
import { CorruptValueError } from './errors.ts'
import { countDigits, ENVELOPE, MAX_BIGINT_DIGITS, SPECIAL_NUMBERS, TAG, tagOf } from './format.ts'
import { isKeyed, type Keyed } from './keyed.ts'
import type { PayloadReader } from './kind.ts'
import { kindWithTag } from './kinds.ts'
import { malformed } from './payload.ts'

/**
 * The value that stands in an envelope. Takes the parsed JSON over and changes it.
 * @throws {CorruptValueError}
 */
export function decodeTagged(
  envelope: unknown,
  extensions: ReadonlyMap<string, CodecExtension>,
  maxDepth: number,
): unknown {
  if (!isKeyed(envelope) || Object.keys(envelope).length !== 1 || !Object.hasOwn(envelope, ENVELOPE)) {
    throw new CorruptValueError(
      'The stored value is in an envelope of a format that this version does not know.',
    )
  }
  return new TaggedReader(extensions, maxDepth).read(envelope[ENVELOPE])
}

/** Marks a definition whose object is not made yet. */
const PENDING = Symbol('pending')

class TaggedReader implements PayloadReader {
  /** Objects that may be referred to, by number. */
  readonly #defined: unknown[] = []
  /** The number that the object made next was defined with. */
  #awaited: number | undefined
  #depth = 0
  readonly #extensions: ReadonlyMap<string, CodecExtension>
  readonly #maxDepth: number

  constructor(extensions: ReadonlyMap<string, CodecExtension>, maxDepth: number) {
    this.#extensions = extensions
    this.#maxDepth = maxDepth
  }

  read(encoded: unknown): unknown {
    return isKeyed(encoded) ? this.#readObject(encoded) : encoded
  }

  announce(object: object): void {
    if (this.#awaited === undefined) return
    this.#defined[this.#awaited] = object
    this.#awaited = undefined
  }

  #readObject(encoded: Keyed): unknown {
    const tag = Array.isArray(encoded) ? undefined : tagOf(Object.keys(encoded))
    switch (tag) {
      case TAG.undefined:
        if (encoded[tag] !== true) throw malformed(tag)
        return undefined
      case TAG.number:
        return readSpecialNumber(encoded[tag])
      case TAG.bigint:
        return readBigInt(encoded[tag])
      case TAG.refer:
        return this.#readReference(encoded[tag])
      case TAG.define:
        return this.#readDefinition(encoded[tag])
      default:
        return this.#readLevel(encoded, tag)
    }
  }

  #readLevel(encoded: Keyed, tag: string | undefined): unknown {
    if (this.#depth === this.#maxDepth) throw tooDeep(this.#maxDepth)
    this.#depth++
    const value = this.#readContainer(encoded, tag)
    this.#depth--
    return value
  }

  #readContainer(encoded: Keyed, tag: string | undefined): unknown {
    if (tag !== undefined) return this.#readTag(tag, encoded[tag])
    return Array.isArray(encoded) ? this.#readElements(encoded) : this.#readProperties(encoded)
  }

  #readElements(array: unknown[]): unknown[] {
    this.announce(array)
    for (let index = 0; index < array.length; index++) {
      const value = array[index]
      if (isKeyed(value)) array[index] = this.read(value)
    }
    return array
  }

  #readProperties(object: Keyed): Keyed {
    this.announce(object)
    for (const key of Object.keys(object)) {
      const value = object[key]
      // JSON.parse made every key an own property, `__proto__` too, so this changes no prototype.
      if (isKeyed(value)) object[key] = this.read(value)
    }
    return object
  }

  #readTag(tag: string, payload: unknown): unknown {
    switch (tag) {
      case TAG.literal:
        if (!isKeyed(payload) || Array.isArray(payload)) throw malformed(tag)
        return this.#readProperties(payload)
      case TAG.instance:
        return this.#readInstance(payload)
      default: {
        const kind = kindWithTag(tag)
        if (kind === undefined) {
          throw new CorruptValueError(
            `The stored value has the tag ${JSON.stringify(tag)}, which is unknown.`,
          )
        }
        return kind.restore(payload, this)
      }
    }
  }

  #readInstance(payload: unknown): unknown {
    if (!Array.isArray(payload) || payload.length !== 2) throw malformed(TAG.instance)
    const [name, encoded]: readonly unknown[] = payload
    const extension = typeof name === 'string' ? this.#extensions.get(name) : undefined
    if (extension === undefined) {
      throw new CorruptValueError(
        `The stored value needs the codec extension ${JSON.stringify(name)}, which is not registered. ` +
          'Pass it to createCodec, as was done when the value was stored.',
      )
    }
    // The content is made first. A definition that waits for the instance must not be given part of it.
    const awaited = this.#awaited
    this.#awaited = undefined
    const content = this.read(encoded)
    this.#awaited = awaited
    return decodeInstance(extension, content)
  }

  #readDefinition(payload: unknown): unknown {
    if (!Array.isArray(payload) || payload.length !== 2) throw malformed(TAG.define)
    const [number, encoded]: readonly unknown[] = payload
    if (number !== this.#defined.length || this.#awaited !== undefined) throw malformed(TAG.define)
    this.#defined.push(PENDING)
    this.#awaited = this.#defined.length - 1
    const value = this.read(encoded)
    // Only objects are defined, each made or announced by now, and none under two numbers.
    if (!isObjectOrFunction(value)) throw malformed(TAG.define)
    this.#awaited = undefined
    this.#defined[number] = value
    return value
  }

  #readReference(number: unknown): unknown {
    const known = typeof number === 'number' && Object.hasOwn(this.#defined, number)
    const value = known ? this.#defined[number] : PENDING
    if (value === PENDING) throw malformed(TAG.refer)
    return value
  }
}

function isObjectOrFunction(value: unknown): boolean {
  return isKeyed(value) || typeof value === 'function'
}

function readSpecialNumber(payload: unknown): number {
  const number = typeof payload === 'string' ? SPECIAL_NUMBERS.get(payload) : undefined
  if (number === undefined) throw malformed(TAG.number)
  return number
}

function readBigInt(payload: unknown): bigint {
  if (typeof payload !== 'string' || countDigits(payload) > MAX_BIGINT_DIGITS) throw malformed(TAG.bigint)
  if (!/^(?:0|-?[1-9]\d*)$/.test(payload)) throw malformed(TAG.bigint)
  return BigInt(payload)
}

function decodeInstance(extension: CodecExtension, content: unknown): unknown {
  try {
    return extension.decode(content)
  } catch (cause) {
    if (cause instanceof CorruptValueError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CorruptValueError(
      `The codec extension ${JSON.stringify(extension.name)} could not decode a stored value: ${reason}`,
      { cause },
    )
  }
}

export function tooDeep(maxDepth: number): CorruptValueError {
  return new CorruptValueError(`The stored value is nested deeper than ${maxDepth} levels.`)
}
