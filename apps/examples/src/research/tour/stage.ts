import { existsSync } from 'node:fs'
import { SqliteSaver } from '@cairn/sqlite'
import { buildResearch } from '../graph.ts'
import { type LedgerEntry, readLedger } from '../ledger.ts'
import type { ResearchGraph, ThreadConfig } from '../run-thread.ts'
import type { Check } from './check.ts'
import type { Screen } from './screen.ts'
import type { Workspace } from './workspace.ts'

/** What every act is given. */
export interface Stage {
  readonly question: string
  readonly workspace: Workspace
  readonly screen: Screen
  readonly check: Check
}

/** How many searches the tour's processes make at the same time. */
export const concurrency = 2

/** Opens the thread's database in this process, and closes it when the work is done. */
export async function withThread<T>(
  { database, directory, ledger, thread }: Workspace,
  work: (graph: ResearchGraph, config: ThreadConfig) => Promise<T>,
): Promise<T> {
  const saver = SqliteSaver.open(database)
  try {
    const builder = buildResearch({ ledgerPath: ledger, reportDirectory: directory })
    return await work(builder.compile({ checkpointer: saver }), {
      configurable: { thread_id: thread },
      maxConcurrency: concurrency,
    })
  } finally {
    saver.close()
  }
}

/** What the ledger holds now. */
export function ledgerOf({ ledger }: Workspace): LedgerEntry[] {
  return existsSync(ledger) ? readLedger(ledger) : []
}
