/** How many are told: later ones are mostly consequences of the first. */
const enough = 12

/**
 * Where two plain values differ: `path: expected … but got …`. Empty when they are equal.
 *
 * A stream that fails is a list that ends in `{ thrown }`. LangGraph drops what the consumer of such a stream has not
 * taken yet, so what it did deliver has to be the beginning of what is compared with it.
 */
export function differences(expected: unknown, actual: unknown): string[] {
  const found: string[] = []
  compare(expected, actual, '$', found)
  return found
}

function compare(expected: unknown, actual: unknown, path: string, found: string[]): void {
  if (found.length >= enough || Object.is(expected, actual)) return
  if (!isObject(expected) || !isObject(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    found.push(`${path}: expected ${brief(expected)} but got ${brief(actual)}`)
    return
  }
  if (failed(expected) && failed(actual)) {
    compare(expected.at(-1), actual.at(-1), `${path}[last]`, found)
    compare(expected.slice(0, -1), actual.slice(0, expected.length - 1), path, found)
    return
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const at = Array.isArray(expected) ? `${path}[${key}]` : `${path}.${key}`
    if (!(key in expected)) found.push(`${at}: expected nothing but got ${brief(actual[key])}`)
    else if (!(key in actual)) found.push(`${at}: expected ${brief(expected[key])} but got nothing`)
    else compare(expected[key], actual[key], at, found)
  }
}

function failed(value: unknown): value is unknown[] {
  const last: unknown = Array.isArray(value) ? value.at(-1) : undefined
  return isObject(last) && 'thrown' in last
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 240 ? `${text.slice(0, 240)}…` : text
}
