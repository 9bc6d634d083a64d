import { PassThrough } from 'node:stream'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { CheckFailedError, checksOn } from '../../src/research/tour/check.ts'
import { type Output, Screen } from '../../src/research/tour/screen.ts'

describe('the screen', () => {
  test('has colours on a terminal only', () => {
    vi.stubEnv('NO_COLOR', '')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const piped = output()
    new Screen({ output: piped }).title('Cairn')
    expect(shown(piped)).toBe('Cairn\n')

    const terminal = output({ isTTY: true })
    new Screen({ output: terminal }).title('Cairn')
    expect(shown(terminal)).toBe('\u001B[1mCairn\u001B[22m\n')
  })

  test('wraps text at its width', () => {
    const narrow = output({ columns: 20 })
    const screen = new Screen({ output: narrow })
    screen.say('one two three four five')
    screen.say('one two three four  five  six')
    expect(shown(narrow)).toBe('  one two three four\n  five\n  one two three four\n  five  six\n')
  })

  test('cuts the flexible column of a table that would be too wide', () => {
    const narrow = output({ columns: 24 })
    new Screen({ output: narrow }).table(['step', 'wrote'], [[1, 'abcdefghijklmnopqrst']], 'wrote')
    expect(shown(narrow)).toBe('  step  wrote\n  1     abcdefghijklm…\n')
  })

  test('waits for Enter before an act when it is told to pause', async () => {
    const pausesOn = new PassThrough()
    const stream = output()
    const act = new Screen({ output: stream, pausesOn }).act('Killed')
    expect(shown(stream)).not.toContain('Killed')
    pausesOn.write('\n')
    await act
    expect(shown(stream)).toContain('1  Killed')
  })

  test('goes on when there is nobody left to press Enter', async () => {
    const pausesOn = new PassThrough()
    pausesOn.end()
    const stream = output()
    await new Screen({ output: stream, pausesOn }).act('Killed')
    expect(shown(stream)).toContain('1  Killed')
  })
})

describe('a check', () => {
  test('that holds is shown and counted', () => {
    const stream = output()
    const checks = checksOn(new Screen({ output: stream }))
    checks.check('Two lists are alike.', [1, 2], [1, 2])
    expect(shown(stream)).toBe('  ✓ Two lists are alike.\n')
    expect(checks.count()).toBe(1)
  })

  test('that does not hold is shown and throws what was expected and found', () => {
    const stream = output()
    const { check } = checksOn(new Screen({ output: stream }))
    expect(() => check('Two lists are alike.', [1], [2])).toThrow(
      new CheckFailedError('This did not hold: Two lists are alike.\n  expected [2]\n  found    [1]'),
    )
    expect(shown(stream)).toBe('  ✗ Two lists are alike.\n')
  })
})

function output(properties: { isTTY?: boolean; columns?: number } = {}): Output & PassThrough {
  return Object.assign(new PassThrough(), properties)
}

function shown(stream: PassThrough): string {
  return String(stream.read() ?? '')
}
