// The command line, run from its sources: node scripts/cairn.mjs history --thread t
// Nothing is built. Paths are relative to the root of the workspace.
import { fileURLToPath } from 'node:url'
import { runSource } from './run.mjs'

process.env.CAIRN_COMMAND ??= 'node scripts/cairn.mjs'
// Ctrl+C is for the command itself: it saves what has finished, and this process waits for it.
process.on('SIGINT', () => {})

runSource(fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url)), ...process.argv.slice(2))
