import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ProgramEnd, runProgram } from './run-program.ts'
import { scriptedServer } from './scripted-server.ts'
import { scratchDirectory } from './scratch-directory.ts'

describe('the tour', { timeout: 180_000 }, () => {
  test('shows and checks a kill, a resume, an approval, the history and a fork', async () => {
    const directory = scratchDirectory()
    const { code, errors, output } = await tour(directory)

    expect(errors).toBe('')
    expect(code).toBe(0)
    expect(output).toMatch(/✗ process \d+ killed \(SIGKILL\)/)
    expect(output).toMatch(/✓ It was in the middle: \S+threads\.db has \d of 8 searches\./)
    expect(output).toMatch(/✓ None of the \d recorded searches ran again\./)
    expect(output).toContain('It asks: Shall this report be written?')
    expect(output).toMatch(/✓ Each of its \d+ quotations stands word for word in the address that it cites\./)
    expect(output).toMatch(
      /✓ \d+ checkpoints, each the child of the one before: one line, written by 3 processes\./,
    )
    expect(output).toContain('✓ The first line still stands as it was, checkpoint and report.')
    expect(output).toContain('✓ There are two reports.')
    expect(output).toMatch(/All \d+ checks held/)
    expect(output).toContain(
      'node scripts/cairn.mjs history --thread railroads --db .cairn/tour-1/threads.db',
    )
    expect(output).not.toContain('\u001B[')

    const [path = ''] = /\.cairn\/\S+\.md/.exec(output) ?? []
    expect(readFileSync(join(directory, path), 'utf8')).toContain('# How did presidents speak of railroads?')
  })

  test('says that nothing was found, and ends with 3', async () => {
    const { code, output } = await tour(scratchDirectory(), ['zorgle frobnicate'])
    expect(code).toBe(3)
    expect(output).toMatch(/✓ None of the \d recorded searches ran again\./)
    expect(output).toContain('Nothing was found, so there was no draft to approve, to check and to fork.')
  })

  test('names what did not hold, with what was expected and found, and ends with 1', async () => {
    const { baseUrl } = await scriptedServer(() => ({ kind: 'failure', status: 400 }))
    const { code, errors } = await tour(scratchDirectory(), [], { OPENAI_BASE_URL: baseUrl })
    expect(code).toBe(1)
    expect(errors).toContain('400')
    expect(errors).toContain(
      'This did not hold: The process died of the signal, without a chance to tidy up.\n  expected "SIGKILL"\n  found    null',
    )
  })

  test.each([
    ['an unknown option', ['--fast']],
    ['a second question', ['one', 'two']],
  ])('refuses %s with its usage, and ends with 2', async (_, words) => {
    const directory = scratchDirectory()
    const { code, errors, output } = await tour(directory, words)
    expect(code).toBe(2)
    expect(errors).toContain('Usage: npm start -- ["your question"] [--pause]')
    expect(output).toBe('')
    expect(existsSync(join(directory, '.cairn'))).toBe(false)
  })
})

function tour(
  directory: string,
  words: readonly string[] = [],
  settings: Readonly<Record<string, string>> = {},
): Promise<ProgramEnd> {
  return runProgram('research/tour.ts', directory, words, settings)
}
