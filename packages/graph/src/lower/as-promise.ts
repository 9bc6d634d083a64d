/** A value as it is, but for one that only behaves like a promise: query builders do, and cross-realm promises. */
export function asPromise(value: unknown): unknown {
  if (value instanceof Promise || !isThenable(value)) return value
  return Promise.resolve(value)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return isObject && typeof (value as { then?: unknown }).then === 'function'
}
