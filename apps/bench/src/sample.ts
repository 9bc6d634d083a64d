// The program of the child process: measures one workload on one engine once, and prints what it found as JSON.
// By hand, from the workspace's root: node apps/bench/dist/sample.js loop-sync-none cairn
import { engineNames, type EngineName } from './engine.ts'
import { loadEngine } from './engines/load-engine.ts'
import { measureImport } from './measure-import.ts'
import { fullEffort, measureProgram } from './measure.ts'
import { isProgramWorkload } from './workload.ts'
import { workloadById } from './workloads/catalog.ts'

const [workloadId = '', engine = ''] = process.argv.slice(2)
if (!isEngineName(engine)) throw new RangeError(`There is no engine "${engine}": ${engineNames.join(', ')}.`)
const workload = workloadById(workloadId)
const measurement = isProgramWorkload(workload)
  ? await measureProgram(engine, await loadEngine(engine), workload, fullEffort)
  : await measureImport(engine, workload)
process.stdout.write(`${JSON.stringify(measurement ?? null)}\n`)

function isEngineName(name: string): name is EngineName {
  return engineNames.some((each) => each === name)
}
