import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

const entrySchema = z.object({ search: z.string(), matched: z.number(), process: z.number() })

/** One search that was carried out: its id, how many passages matched, and the process id of who did it. */
export type LedgerEntry = z.infer<typeof entrySchema>

/** Adds a line to the ledger. When this returns, the line is on the disk. */
export function appendToLedger(path: string, entry: LedgerEntry): void {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'a')
  try {
    writeSync(file, `${JSON.stringify(entry)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** All lines of the ledger, oldest first. A last line that a kill cut short is not counted. */
export function readLedger(path: string): LedgerEntry[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => entrySchema.parse(JSON.parse(line)))
}
