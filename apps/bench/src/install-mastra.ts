import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { mastraFolder } from './engines/mastra.ts'

/** Installs Mastra's side beside the workspace, with the versions that its package.json pins. */
export function installMastra(): void {
  const { status, error } = spawnSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], {
    cwd: fileURLToPath(mastraFolder),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`Installing Mastra ended with code ${status ?? 'none'}.`)
}
