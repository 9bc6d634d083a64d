import { CliError } from './cli-error.ts'
import { ExitCode } from './exit-code.ts'

/** An error of a store, as the command line tells it; any other as it is. */
export function storeErrorAsCliError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { code, remedy, path, message } = error as Error & {
    code?: unknown
    remedy?: unknown
    path?: unknown
  }
  // Not what a graph has done wrong, such as a value that cannot be stored.
  if (typeof code !== 'string' || typeof remedy !== 'string' || code === 'UNSERIALISABLE_VALUE') return error
  const isDamage = code === 'STORE_CORRUPT' || code === 'STORE_UNREADABLE_VALUE'
  return new CliError({
    code,
    exitCode: code === 'STORE_OPTION' ? ExitCode.usage : ExitCode.notFound,
    message,
    remedies: isDamage ? ['To see what is damaged and what is lost: cairn doctor'] : [],
    details: { path },
    cause: error,
  })
}
