/** Any object, seen as what can be looked up in it. */
export type Keyed = Record<string, unknown>

/** Whether the value is an object; an array is one too. */
export function isKeyed(value: unknown): value is Keyed {
  return typeof value === 'object' && value !== null
}
