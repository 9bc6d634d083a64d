// Keys of an encrypted database, from a file: {"current": "NAME", "keys": {"NAME": "32 bytes in base64"}}.
import { readFileSync } from 'node:fs'
import type { EncryptionOptions } from '@cairn/sqlite'
import { CliError } from './cli-error.ts'
import { ExitCode } from './exit-code.ts'

/** What a store is opened with. */
export function storedKeys(file: string | undefined): { readonly encryption?: EncryptionOptions } {
  if (file === undefined) return {}
  const { current, keys } = parsed(file)
  return {
    encryption: {
      currentKey: current,
      key: (name) => (Object.hasOwn(keys, name) ? Buffer.from(keys[name]!, 'base64') : undefined),
    },
  }
}

interface KeyFile {
  /** `null` writes plain text. */
  readonly current: string | null
  readonly keys: Readonly<Record<string, string>>
}

function parsed(file: string): KeyFile {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as Partial<KeyFile>
    const { current, keys } = content
    const isNamed = current === null || typeof current === 'string'
    if (isNamed && typeof keys === 'object' && Object.values(keys).every((key) => typeof key === 'string'))
      return { current, keys }
  } catch (cause) {
    throw unusable(file, cause)
  }
  throw unusable(file)
}

/** Without the cause's message: a parser quotes what it read, and that is keys. */
function unusable(file: string, cause?: unknown): CliError {
  const { code } = (cause ?? {}) as { code?: string }
  return new CliError({
    code: 'KEY_FILE_UNREADABLE',
    exitCode: ExitCode.usage,
    message: `The file of keys ${file} ${code === undefined ? 'does not hold keys' : `cannot be read: ${code}`}.`,
    remedies: ['It holds JSON: {"current": "2026-11", "keys": {"2026-11": "32 random bytes in base64"}}'],
  })
}
