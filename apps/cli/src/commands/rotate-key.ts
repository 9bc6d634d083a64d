import { CliError } from '../cli-error.ts'
import { ExitCode } from '../exit-code.ts'
import type { Context } from './context.ts'
import { keepingHouse } from './open-housekeeper.ts'

/** Encrypts everything that is stored with the current key. */
export async function rotateKey(context: Context): Promise<ExitCode> {
  if (context.keyFile === undefined) {
    throw new CliError({
      code: 'USAGE',
      exitCode: ExitCode.usage,
      message: 'No keys were given.',
      remedies: [
        'Give the file that holds them: --key-file keys.json, or the environment variable CAIRN_KEY_FILE',
      ],
    })
  }
  return await keepingHouse(context, async (housekeeper) => {
    const { rows, currentKey, unusedKeys } = await housekeeper.rotateKey()
    context.output.document({ rows, currentKey, unusedKeys })
    const now = currentKey === null ? 'plain' : `encrypted with the key "${currentKey}"`
    context.output.lines([`${rows} ${rows === 1 ? 'row is' : 'rows are'} now ${now}.`])
    if (unusedKeys.length > 0) {
      context.output.notes([
        `No row needs any more: ${unusedKeys.map((name) => `"${name}"`).join(', ')}. Backups may.`,
      ])
    }
    return ExitCode.finished
  })
}
