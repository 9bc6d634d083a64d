import { existsSync } from 'node:fs'
import { Housekeeper } from '@cairn/sqlite'
import { storedKeys } from '../stored-keys.ts'
import { openThreadsToRead } from '../threads.ts'
import type { Context } from './context.ts'

/** Runs `work` on the database, which has to be there already. */
export async function keepingHouse<Result>(
  context: Context,
  work: (housekeeper: Housekeeper) => Promise<Result>,
): Promise<Result> {
  const { database } = context
  // Says what is wrong with a database that is missing, or is none.
  if (!existsSync(database)) openThreadsToRead(context).close()
  const housekeeper = Housekeeper.open(database, storedKeys(context.keyFile))
  try {
    return await work(housekeeper)
  } finally {
    housekeeper.close()
  }
}
