// Where a value stands within another one, for people.

/** A property name, an index, or what to call a place that has neither. */
export type PathSegment = string | number | { readonly text: string }

const identifier = /^[A-Za-z_$][\w$]*$/
const shownAtEachEnd = 10

/** Such as `$.users[3].callback`; a very long path has its middle left out. */
export function formatPath(segments: readonly PathSegment[]): string {
  if (segments.length <= 2 * shownAtEachEnd) return '$' + segments.map(formatSegment).join('')
  const head = segments.slice(0, shownAtEachEnd).map(formatSegment).join('')
  const tail = segments.slice(-shownAtEachEnd).map(formatSegment).join('')
  return `$${head} … ${tail}`
}

function formatSegment(segment: PathSegment): string {
  if (typeof segment === 'object') return segment.text
  if (typeof segment === 'number') return `[${segment}]`
  return identifier.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`
}
