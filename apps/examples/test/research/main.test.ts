import { describe, expect, test } from 'vitest'
import { runProgram } from './run-program.ts'
import { scratchDirectory } from './scratch-directory.ts'

describe('the research program', { timeout: 180_000 }, () => {
  test('leaves a thread at its question, and a later call answers it', async () => {
    const directory = scratchDirectory()
    const asked = await runProgram('research/main.ts', directory, ['How is the moon spoken of?'])
    expect(asked).toMatchObject({ code: 0, errors: '' })
    expect(asked.output).toMatch(/asks {5}Shall this report be written\? \(answer with --answer\)\n$/)

    const other = await runProgram('research/main.ts', directory, ['What about canals?'])
    expect(other).toEqual({
      code: 1,
      output: '',
      errors:
        'Thread "research" is about “How is the moon spoken of?”. ' +
        'Leave the question out to go on with it, or name another thread with --thread.\n',
    })

    const answered = await runProgram('research/main.ts', directory, ['--answer', 'approve'])
    expect(answered).toMatchObject({ code: 0, errors: '' })
    expect(answered.output).toMatch(/^approve {2}the answer was: approve\n/)
  })

  test('says how it is used when there is no question', async () => {
    const { code, errors } = await runProgram('research/main.ts', scratchDirectory(), [])
    expect(code).toBe(1)
    expect(errors).toContain('There is no question yet.\nUsage: main.ts [question] [options]')
  })
})
