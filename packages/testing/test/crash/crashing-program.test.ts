import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CrashingProgram, type ProgramOptions, passPoint } from '@cairn/testing/crash'

const options: ProgramOptions = {
  file: fileURLToPath(new URL('program.ts', import.meta.url)),
  nodeArguments: ['--conditions=@cairn/source', '--import=tsx'],
  cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
}
const program = new CrashingProgram(options)
let directory: string
let files = 0

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'cairn-testing-'))
})
afterAll(() => {
  program.close()
  rmSync(directory, { recursive: true, force: true })
})

function newPath(): string {
  return join(directory, `${files++}.txt`)
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
}

describe('a program that is to be killed at a point', () => {
  test('does nothing after the named occurrence of it', async () => {
    const path = newPath()
    const end = await program.run([path, 'end'], { kind: 'at', point: 'ask', occurrence: 2 })
    expect(end).toEqual({ kind: 'killed', points: ['ask', 'answer', 'ask'], output: '' })
    expect(linesOf(path)).toEqual(['ask', 'answer'])
  })

  test('finishes when it does not pass the point so often', async () => {
    const path = newPath()
    const end = await program.run([path, 'end'], { kind: 'at', point: 'leave', occurrence: 2 })
    expect(end.kind).toBe('finished')
    expect(linesOf(path)).toEqual(['ask', 'answer', 'ask', 'answer', 'leave'])
  })
})

describe('a program that is to be killed between two points', () => {
  test('dies although it never comes to rest', async () => {
    const end = await program.run([newPath(), 'hang'], { kind: 'after', points: 5, microseconds: 100 })
    expect(end).toMatchObject({ kind: 'killed', points: ['ask', 'answer', 'ask', 'answer', 'leave'] })
  })

  test('finishes when it does not pass that many points', async () => {
    const end = await program.run([newPath(), 'end'], { kind: 'after', points: 6, microseconds: 0 })
    expect(end.kind).toBe('finished')
  })
})

test('a program that fails fails its run, with what it printed', async () => {
  const running = program.run([newPath(), 'fail'], { kind: 'at', point: 'leave', occurrence: 2 })
  await expect(running).rejects.toMatchObject({
    code: 'CRASH_PROGRAM_FAILED',
    end: 1,
    points: ['ask', 'answer', 'ask', 'answer', 'leave'],
    output: expect.stringContaining('told to fail') as string,
  })
})

test('a program that does not end is ended, and fails its run', async () => {
  const stuck = new CrashingProgram({ ...options, watchdogMs: 200 })
  await expect(stuck.run([newPath(), 'hang'])).rejects.toMatchObject({ code: 'CRASH_PROGRAM_STUCK' })
  stuck.close()
})

test('closing leaves no process running', async () => {
  const closed = new CrashingProgram(options)
  const running = closed.run([newPath(), 'hang'])
  closed.close()
  await expect(running).rejects.toMatchObject({ code: 'CRASH_PROGRAM_FAILED', end: 'SIGKILL' })
})

test('a process that nobody wants to kill passes its points', () => {
  expect(() => passPoint('ask')).not.toThrow()
})
