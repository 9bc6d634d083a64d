// `npm run bench`: sets up, builds, then measures every workload on every engine. Arguments go to the bench.
import './setup.mjs'
import { runTool } from './run.mjs'
import { spawnSync } from 'node:child_process'

runTool('turbo', 'run', 'build')
const { status } = spawnSync(process.execPath, ['apps/bench/dist/main.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exit(status ?? 1)
