// The text form of values, which programs in other languages may read. `docs/design/format.md` tells the same
// at length.
//   F1. JSON data is its own text: what `JSON.stringify` gives, what `JSON.parse` reads.
//   F2. Any other value stands in an envelope, `{"$cairn": value}`. Text that begins like one is always one.
//   F3. In an envelope, an object whose only key begins with `$` is a tag. An object of the user's that looks like
//       one stands in the tag `{"$": {…}}`, whose content is not a tag, though the values in it may be.
//   F4. An object that occurs more than once stands at its first place in `{"$def": [n, value]}`, n counting from
//       0 in the order of the text, and as `{"$ref": n}` at the others, which may be inside of it.
//   F5. Tags are a closed set. A reader that meets another one stops.

export const ENVELOPE = '$cairn'
/** How the text of every envelope begins. A later format gets another key with the same beginning. */
export const ENVELOPE_START = `{"${ENVELOPE}":`
export const RESERVED_START = `{"${ENVELOPE}`

export const TAG = {
  literal: '$',
  undefined: '$undefined',
  number: '$number',
  bigint: '$bigint',
  date: '$date',
  map: '$map',
  set: '$set',
  bytes: '$bytes',
  url: '$url',
  params: '$params',
  regexp: '$regexp',
  error: '$error',
  bare: '$bare',
  instance: '$instance',
  define: '$def',
  refer: '$ref',
} as const

/** The tag an object is, when it is one. */
export function tagOf(keys: readonly string[]): string | undefined {
  return keys.length === 1 && keys[0]!.startsWith('$') ? keys[0] : undefined
}

/** How long a hole is in an array: `{"$undefined":true}`. */
export const BYTES_PER_HOLE = 19

/** More take seconds to be read and written. */
export const MAX_BIGINT_DIGITS = 1_000_000

/** Bits of a decimal digit. */
const BITS_PER_DIGIT = Math.log2(10)

export function isTooManyDigits(value: bigint): boolean {
  if (value < Number.MAX_VALUE && value > -Number.MAX_VALUE) return false
  // Unlike decimal digits, hexadecimal ones are counted in no time.
  const bits = value.toString(16).length * 4
  if (Math.abs(bits / BITS_PER_DIGIT - MAX_BIGINT_DIGITS) > 4)
    return bits / BITS_PER_DIGIT > MAX_BIGINT_DIGITS
  return countDigits(value.toString()) > MAX_BIGINT_DIGITS
}

/** Of a bigint's text. */
export function countDigits(text: string): number {
  return text.startsWith('-') ? text.length - 1 : text.length
}

/** Numbers that JSON does not have. */
export const SPECIAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
])
