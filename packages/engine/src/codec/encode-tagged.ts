import type { CodecExtension } from './codec.ts'
import { UnserialisableValueError } from './errors.ts'
import { ENVELOPE, TAG, tagOf } from './format.ts'
import { isKeyed, type Keyed } from './keyed.ts'
import { surveyValue, type CodecLimits, type Survey, type Tagged } from './survey.ts'

/**
 * The text of a value that is not plain JSON, or looks like an envelope.
 * @throws {UnserialisableValueError}
 */
export function encodeTagged(
  value: unknown,
  extensions: readonly CodecExtension[],
  limits: CodecLimits,
): string {
  const survey = surveyValue(value, extensions, limits)
  return JSON.stringify({ [ENVELOPE]: new TaggedWriter(survey).write(value) })
}

function changing(): UnserialisableValueError {
  return new UnserialisableValueError(
    '$',
    'an object that changes while it is read',
    'It has a getter that gives another object each time. Store what the getter gives.',
  )
}

/** Gives the JSON that stands for a value. Parts that are JSON already are not copied. */
class TaggedWriter {
  readonly #survey: Survey
  readonly #numbers = new Map<object, number>()

  constructor(survey: Survey) {
    this.#survey = survey
  }

  write(value: unknown): unknown {
    switch (typeof value) {
      case 'object':
        return isKeyed(value) ? this.#writeShared(value) : null
      case 'function':
        return this.#writeShared(value)
      case 'undefined':
        return { [TAG.undefined]: true }
      case 'bigint':
        return { [TAG.bigint]: value.toString() }
      case 'number':
        if (Object.is(value, -0)) return { [TAG.number]: '-0' }
        return Number.isFinite(value) ? value : { [TAG.number]: String(value) }
      default:
        return value
    }
  }

  #writeShared(object: object): unknown {
    const isShared = this.#survey.objects.get(object)
    // A getter has given another object than before. What it holds was not looked at, so it cannot be written.
    if (isShared === undefined) throw changing()
    if (!isShared) return this.#writeObject(object)
    const known = this.#numbers.get(object)
    if (known !== undefined) return { [TAG.refer]: known }
    const number = this.#numbers.size
    this.#numbers.set(object, number)
    return { [TAG.define]: [number, this.#writeObject(object)] }
  }

  #writeObject(object: object): unknown {
    const tagged = this.#survey.tagged.get(object)
    if (tagged !== undefined) return this.#writeTagged(tagged)
    if (Array.isArray(object)) return this.#writeElements(object)
    if (!isKeyed(object)) return object
    const written = this.#writeProperties(object)
    return tagOf(Object.keys(object)) === undefined ? written : { [TAG.literal]: written }
  }

  #writeTagged({ tag, payload }: Tagged): unknown {
    if (Array.isArray(payload)) return { [tag]: this.#writeElements(payload) }
    if (isKeyed(payload)) return { [tag]: this.#writeProperties(payload) }
    return { [tag]: payload }
  }

  #writeElements(array: readonly unknown[]): readonly unknown[] {
    let copy: unknown[] | undefined
    for (let index = 0; index < array.length; index++) {
      const value = array[index]
      const written = this.write(value)
      if (written !== value || value === undefined) (copy ??= [...array])[index] = written
    }
    return copy ?? array
  }

  #writeProperties(original: Keyed): Keyed {
    let copy: Keyed | undefined
    for (const key of Object.keys(original)) {
      const value = original[key]
      const written = this.write(value)
      // Assigning an own `__proto__`, as the copy has it, changes no prototype.
      if (written !== value) (copy ??= { ...original })[key] = written
    }
    return copy ?? original
  }
}
