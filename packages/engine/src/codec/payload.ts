// What a tag holds, looked at before it is used: stored text may hold anything.
import { CorruptValueError } from './errors.ts'
import { isKeyed, type Keyed } from './keyed.ts'

export function asString(value: unknown, tag: string): string {
  if (typeof value !== 'string') throw malformed(tag)
  return value
}

export function asArray(value: unknown, tag: string, length?: number): readonly unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) throw malformed(tag)
  return value
}

export function asObject(value: unknown, tag: string): Keyed {
  if (!isKeyed(value) || Array.isArray(value)) throw malformed(tag)
  return value
}

/** The error for a payload that does not fit its tag. */
export function malformed(tag: string, cause?: unknown): CorruptValueError {
  const message = `The stored value has a ${JSON.stringify(tag)} tag with a content that cannot be one.`
  return new CorruptValueError(message, cause === undefined ? undefined : { cause })
}
