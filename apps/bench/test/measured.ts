import type { Measurement } from '../src/measure.ts'
import type { Sample } from '../src/run-sample.ts'

/** A sample with these figures, and plain ones for the rest. */
export function measured(figures: Partial<Measurement> & { readonly wallMs: number }): Sample {
  return {
    kind: 'measured',
    measurement: { cpuMs: figures.wallMs, longestBlockMs: 1, peakBytes: 100e6, runs: 1, ...figures },
  }
}
