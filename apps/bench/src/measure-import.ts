import { performance } from 'node:perf_hooks'
import { importerOf } from './workloads/import-package.ts'
import { checkResult, type ImportWorkload } from './workload.ts'
import type { EngineName } from './engine.ts'
import { peakBytes, type Measurement } from './measure.ts'

/** Imports the engine's package once; only the first import in a process tells anything. */
export async function measureImport(
  engine: EngineName,
  workload: ImportWorkload,
): Promise<Measurement | undefined> {
  const importPackage = importerOf(workload.work, engine)
  if (importPackage === undefined) return undefined
  const before = process.cpuUsage()
  const startedMs = performance.now()
  const exported = await importPackage()
  const wallMs = performance.now() - startedMs
  const { user, system } = process.cpuUsage(before)
  checkResult(`"${workload.id}" on ${engine}`, workload.expected, {
    exported: Object.keys(exported).length > 0 ? 1 : 0,
  })
  return { wallMs, cpuMs: (user + system) / 1000, longestBlockMs: wallMs, peakBytes: peakBytes(), runs: 1 }
}
