// Installs what the lockfile lists, once: a stamp in node_modules says for which lockfile it was done.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pnpm } from './pnpm.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const stampFile = `${root}node_modules/.cairn-setup`

/** Ends the process when the machine, or the installation, is not fit. */
export function setUp() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Cairn needs Node 20.19 or newer; this is ${process.version}.`)
    process.exit(1)
  }
  const stamp = createHash('sha256')
    .update(readFileSync(`${root}pnpm-lock.yaml`))
    .update(process.version)
    .digest('hex')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  console.log('Setting up: installing dependencies (better-sqlite3 may compile for about a minute) …')
  const status = pnpm('install', '--frozen-lockfile', '--reporter=append-only')
  if (status !== 0) process.exit(status)
  writeFileSync(stampFile, stamp)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp()
