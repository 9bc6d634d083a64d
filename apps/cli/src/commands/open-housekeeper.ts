import { existsSync } from 'node:fs'
import { Housekeeper } from '@cairn/sqlite'
import { CliError } from '../cli-error.ts'
import { ExitCode } from '../exit-code.ts'
import { storedKeys } from '../stored-keys.ts'
import { openThreadsToRead } from '../threads.ts'
import type { Context } from './context.ts'

/** Runs `work` on the database, which has to be there already. Errors of the store become those of the command. */
export async function keepingHouse<Result>(
  context: Context,
  work: (housekeeper: Housekeeper) => Promise<Result>,
): Promise<Result> {
  const { database } = context
  // Says what is wrong with a database that is missing, or is none.
  if (!existsSync(database)) openThreadsToRead(context).close()
  try {
    const housekeeper = Housekeeper.open(database, storedKeys(context.keyFile))
    try {
      return await work(housekeeper)
    } finally {
      housekeeper.close()
    }
  } catch (error) {
    throw translated(error, database)
  }
}

function translated(error: unknown, path: string): unknown {
  const { code, remedy, message } = error as { code?: unknown; remedy?: unknown; message: string }
  if (typeof code !== 'string' || typeof remedy !== 'string') return error
  return new CliError({
    code,
    exitCode: code === 'STORE_OPTION' ? ExitCode.usage : ExitCode.notFound,
    message,
    details: { path },
    cause: error,
  })
}
