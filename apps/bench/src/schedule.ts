import type { EngineName } from './engine.ts'
import type { Sample } from './run-sample.ts'
import { summarise, type Summaries, type Summary } from './summary.ts'
import { isProgramWorkload, type Workload } from './workload.ts'

/** One sample to be taken. */
export interface Turn {
  readonly workload: Workload
  readonly engine: EngineName
}

/**
 * Engines take turns within a workload, and each round begins with another one, so that a machine that gets slower
 * or faster does so for all of them.
 */
export function roundsOf(workload: Workload, engines: readonly EngineName[], runs: number): Turn[][] {
  return Array.from({ length: runs }, (_, round) => {
    const first = round % Math.max(1, engines.length)
    return [...engines.slice(first), ...engines.slice(0, first)]
      .filter((engine) => round < samplesOf(workload, engine, runs))
      .map((engine) => ({ workload, engine }))
  })
}

function samplesOf(workload: Workload, engine: EngineName, runs: number): number {
  if (!isProgramWorkload(workload)) return runs
  const { samples = runs, sampleLimit } = workload
  const most = sampleLimit?.engines.includes(engine) === true ? sampleLimit.samples : runs
  return Math.min(runs, samples, most)
}

/** Takes every sample, one after the other, and tells of each workload as it is done. */
export async function measureAll(
  workloads: readonly Workload[],
  engines: readonly EngineName[],
  runs: number,
  sample: (workloadId: string, engine: EngineName) => Promise<Sample>,
  onWorkload: (workload: Workload, found: ReadonlyMap<EngineName, Summary>) => void,
): Promise<Summaries> {
  const summaries = new Map<string, ReadonlyMap<EngineName, Summary>>()
  for (const workload of workloads) {
    const samples = new Map<EngineName, Sample[]>(engines.map((engine) => [engine, []]))
    for (const turn of roundsOf(workload, engines, runs).flat()) {
      const taken = samples.get(turn.engine)!
      // What an engine cannot do, or does wrong, it will not do in the next round either.
      if (taken.some(({ kind }) => kind !== 'measured')) continue
      // The first import reads the files from the disk; what is measured is an import from the system's cache.
      if (workload.work.kind === 'import' && taken.length === 0) await sample(workload.id, turn.engine)
      taken.push(await sample(workload.id, turn.engine))
    }
    const found = new Map([...samples].map(([engine, each]) => [engine, summarise(each)] as const))
    summaries.set(workload.id, found)
    onWorkload(workload, found)
  }
  return summaries
}
