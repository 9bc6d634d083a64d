import { afterEach, expect, test, vi } from 'vitest'
import { LiveLine } from '../src/live-line.ts'
import { Output, type Stream } from '../src/output.ts'
import { printProgress } from '../src/progress.ts'

afterEach(() => {
  vi.useRealTimers()
})

interface Screen extends Stream {
  text: string
}

function screen(isTerminal: boolean): Screen {
  return {
    text: '',
    isTerminal,
    width: 60,
    write(more) {
      this.text += more
    },
  }
}

const erase = '\r\u001b[K'

/** What stays on a terminal: a carriage return with "erase line" takes back the line that was begun. */
function settled(text: string): string[] {
  const [first = '', ...rest] = text.split(erase)
  return rest.reduce((kept, more) => kept.slice(0, kept.lastIndexOf('\n') + 1) + more, first).split('\n')
}

test.each([
  ['a terminal', true, {}, true],
  ['a pipe', false, {}, false],
  ['a terminal where NO_COLOR is set', true, { NO_COLOR: '1' }, false],
  ['a terminal where NO_COLOR is empty', true, { NO_COLOR: '' }, true],
  ['a terminal that knows no colours', true, { TERM: 'dumb' }, false],
])('%s: are there colours?', (_, isTerminal, environment, hasColors) => {
  const stdout = screen(isTerminal)
  const output = new Output({ stdout, stderr: screen(false), isJson: false, environment })
  output.lines([output.colors.red('text')])
  expect(stdout.text).toBe(hasColors ? '\u001b[31mtext\u001b[39m\n' : 'text\n')
})

test('with --json there are neither colours nor lines for people', () => {
  const [stdout, stderr] = [screen(true), screen(true)]
  const output = new Output({ stdout, stderr, isJson: true, environment: {} })
  output.lines(['for people'])
  output.notes(['for people'])
  output.record({ text: output.colors.red('text') })
  expect([stdout.text, stderr.text]).toEqual(['{"text":"text"}\n', ''])
})

test('what runs is in a line of its own, which leaves nothing behind', () => {
  vi.useFakeTimers()
  const stderr = screen(true)
  const output = new Output({ stdout: screen(true), stderr, isJson: false, environment: { NO_COLOR: '1' } })
  const liveLine = new LiveLine(output)
  const progress = printProgress(output, liveLine)
  const read = { id: 'read', node: 'read', step: '2', within: [] }
  const search = { ...read, id: 'search', node: 'search' }
  progress.started(read)
  progress.started(search)
  vi.advanceTimersByTime(3000)
  expect(stderr.text.split(erase).at(-1)).toMatch(/^. {4}2 {2}read, search {2}3 s$/)
  progress.settled({ ...read, durationMs: 12, outcome: 'finished', writes: {} })
  progress.custom({ percent: 50 }, [])
  progress.abandoned(search, 3000)
  liveLine[Symbol.dispose]()
  expect(settled(stderr.text)).toEqual([
    '✓    2  read                    12 ms',
    '        { percent: 50 }',
    '-    2  search                  3.0 s  did not end',
    '',
  ])
})

test('what a node prints is not mixed with that line', () => {
  vi.useFakeTimers()
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  const stderr = screen(true)
  const output = new Output({ stdout: screen(true), stderr, isJson: false, environment: { NO_COLOR: '1' } })
  const liveLine = new LiveLine(output)
  liveLine.show('working')
  process.stdout.write('half a ')
  const before = stderr.text
  vi.advanceTimersByTime(1000)
  expect(stderr.text).toBe(before)
  process.stdout.write('line\n')
  vi.advanceTimersByTime(1000)
  expect(stderr.text.length).toBeGreaterThan(before.length)
  liveLine[Symbol.dispose]()
  expect(printed).toBe('half a line\n')
  write.mockRestore()
})

test('where nobody looks there is no such line', () => {
  const stderr = screen(false)
  const output = new Output({ stdout: screen(false), stderr, isJson: false, environment: {} })
  const liveLine = new LiveLine(output)
  liveLine.show('working')
  liveLine.above(['done'])
  liveLine[Symbol.dispose]()
  expect(stderr.text).toBe('done\n')
})
