import type { Instant } from './instant.ts'

/** Bounds of the delay after a point; as many delays lie between 1 and 10 µs as between 100 and 1000. */
const longestDelayMicroseconds = 4000

/** Numbers from 0 up to, but not including 1: the same ones for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    // mulberry32, by Tommy Ettinger: one state of 32 bits, which is enough to choose instants.
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** An instant within the run of a program that passes this many points when it is not killed. */
export function randomInstant(random: () => number, points: number): Instant & { readonly kind: 'after' } {
  const microseconds = Math.round(longestDelayMicroseconds ** random())
  return { kind: 'after', points: 1 + Math.floor(random() * points), microseconds }
}
