// `npm run bench`: sets up, builds, then measures every workload on every engine. Arguments go to the bench.
import { pnpm } from './pnpm.mjs'
import { setUp } from './setup.mjs'
import { spawnSync } from 'node:child_process'

setUp()
process.env.TURBO_TELEMETRY_DISABLED = '1'
// Through pnpm, for turbo looks for the package manager on the path.
const built = pnpm('exec', 'turbo', 'run', 'build', '--filter=@cairn/bench...', '--output-logs=errors-only')
if (built !== 0) process.exit(built)
const { status } = spawnSync(process.execPath, ['apps/bench/dist/main.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exit(status ?? 1)
