// `npm run bench`: sets up, builds, then measures every workload on every engine. Arguments go to the bench.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setUp } from './setup.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

setUp()
// Through pnpm, for turbo looks for the package manager on the path. What it says goes to the error stream, since
// `--json` prints to the other one.
const build = ['exec', 'turbo', 'run', 'build', '--filter=@cairn/bench...', '--output-logs=errors-only']
run(['scripts/pnpm.mjs', ...build], { TURBO_TELEMETRY_DISABLED: '1' }, 2)
run(['apps/bench/dist/main.js', ...process.argv.slice(2)], {}, 'inherit')

function run(program, environment, output) {
  const { status } = spawnSync(process.execPath, program, {
    cwd: root,
    stdio: ['inherit', output, 'inherit'],
    env: { ...process.env, ...environment },
  })
  if (status !== 0) process.exit(status ?? 1)
}
