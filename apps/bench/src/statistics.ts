/**
 * The middle of the values; of an even number of them, the mean of the two in the middle.
 * @throws {RangeError} when there are none.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  if (upper === undefined || lower === undefined) throw new RangeError('There is no median of no values.')
  return (lower + upper) / 2
}

/**
 * The least value that at least `share` of the values do not exceed: 0.99 is the 99th percentile.
 * @throws {RangeError} when there are none.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].toSorted((a, b) => a - b)
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (found === undefined) throw new RangeError('There is no percentile of no values.')
  return found
}

/** How far the values lie apart, as a part of their median: 0.1 is ten percent from lowest to highest. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values)
}
