/** How many are told: later ones are mostly consequences of the first. */
const enough = 12

/** Where two plain values differ: `path: expected … but got …`. Empty when they are equal. */
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
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const at = Array.isArray(expected) ? `${path}[${key}]` : `${path}.${key}`
    if (!(key in expected)) found.push(`${at}: expected nothing but got ${brief(actual[key])}`)
    else if (!(key in actual)) found.push(`${at}: expected ${brief(expected[key])} but got nothing`)
    else compare(expected[key], actual[key], at, found)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 240 ? `${text.slice(0, 240)}…` : text
}
