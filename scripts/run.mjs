import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a Node program of the workspace on its TypeScript sources; ends this process when it fails. */
export function runSource(program, ...args) {
  run(process.execPath, '--conditions=@cairn/source', '--import=tsx', program, ...args)
}

/** Runs one of the workspace's tools, such as `vitest`; ends this process when it fails. */
export function runTool(name, ...args) {
  run(`${root}node_modules/.bin/${name}`, ...args)
}

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}
