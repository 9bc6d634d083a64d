import type { EngineName } from './engine.ts'
import type { Measurement } from './measure.ts'
import type { Sample } from './run-sample.ts'
import { median, spread } from './statistics.ts'
import type { Readings } from './workload.ts'

/** One workload on one engine, over all its samples: medians, but for the two maxima. */
export interface Figures {
  readonly kind: 'figures'
  readonly wallMs: number
  readonly cpuMs: number
  /** From the lowest to the highest wall time, as a part of the median. */
  readonly wallSpread: number
  /** The longest of any sample. */
  readonly longestBlockMs: number
  readonly peakBytes: number
  readonly fileBytes?: number
  readonly readings?: Readings
  readonly samples: number
}

/** Why there are no figures: the engine cannot do the work, is not installed, or failed at it. */
type NoFigures = { readonly kind: 'cannot' } | { readonly kind: 'failed'; readonly message: string }

export type Summary = Figures | NoFigures

/** workload id → engine → what was found. */
export type Summaries = ReadonlyMap<string, ReadonlyMap<EngineName, Summary>>

/** One failed sample spoils the pair: a result that is wrong now and then is wrong. */
export function summarise(samples: readonly Sample[]): Summary {
  const failed = samples.find((sample) => sample.kind === 'failed')
  if (failed !== undefined) return failed
  const measured = samples.flatMap((sample) => (sample.kind === 'measured' ? [sample.measurement] : []))
  if (measured.length === 0) return { kind: 'cannot' }
  const values = (of: (measurement: Measurement) => number) => measured.map(of)
  const fileBytes = measured.flatMap((each) => (each.fileBytes === undefined ? [] : [each.fileBytes]))
  const readings = measured.flatMap((each) => (each.readings === undefined ? [] : [each.readings]))
  return {
    kind: 'figures',
    wallMs: median(values((each) => each.wallMs)),
    cpuMs: median(values((each) => each.cpuMs)),
    wallSpread: spread(values((each) => each.wallMs)),
    longestBlockMs: Math.max(...values((each) => each.longestBlockMs)),
    peakBytes: median(values((each) => each.peakBytes)),
    ...(fileBytes.length > 0 && { fileBytes: median(fileBytes) }),
    ...(readings.length > 0 && { readings: medians(readings) }),
    samples: measured.length,
  }
}

function medians(readings: readonly Readings[]): Readings {
  const names = Object.keys(readings[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, median(readings.flatMap((each) => each[name] ?? []))]))
}

/** The figures of a pair, or `undefined` when there are none. */
export function figuresOf(summaries: Summaries, workloadId: string, engine: EngineName): Figures | undefined {
  const summary = summaries.get(workloadId)?.get(engine)
  return summary?.kind === 'figures' ? summary : undefined
}
