import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { isDead, ownIdentity, type ProcessIdentity } from '../../src/leases/process-identity.ts'

const own = ownIdentity()

/** A process that does nothing until it is killed. */
function idleProcess() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const other = (given: Partial<ProcessIdentity>): ProcessIdentity => ({ ...own, ...given })

test('this process is alive', () => {
  expect(own.processId).toBe(process.pid)
  expect(isDead(ownIdentity(), own)).toBe(false)
})

test('a process is alive until it has ended', async () => {
  const child = idleProcess()
  const running = other({ processId: child.pid!, startedAt: '' })
  expect(isDead(running, own)).toBe(false)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  expect(isDead(running, own)).toBe(true)
})

test.runIf(process.platform === 'linux')('a process whose number was used again is dead', () => {
  expect(own.startedAt).toMatch(/^\d+$/)
  expect(isDead(other({ startedAt: String(Number(own.startedAt) - 1) }), own)).toBe(true)
})

test.runIf(process.platform === 'linux')(
  'a process that was killed is dead before its parent has looked after it',
  async () => {
    // The shell lives on as another program, which does not look after the child that it has inherited.
    const script = `${process.execPath} -e 'setInterval(() => {}, 1000)' & echo $!; exec ${process.execPath} -e 'setInterval(() => {}, 1000)'`
    const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [text] = (await once(parent.stdout, 'data')) as [Buffer]
    const processId = Number(String(text))
    const stat = () => readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ')[1]!.split(' ')
    const startedAt = stat()[19]!
    expect(isDead(other({ processId, startedAt }), own)).toBe(false)
    process.kill(processId, 'SIGKILL')
    while (stat()[0] !== 'Z') await new Promise((resolve) => setImmediate(resolve))
    expect(isDead(other({ processId, startedAt }), own)).toBe(true)
  },
)

test('nothing is known of the processes of another machine', () => {
  expect(isDead(other({ processId: 2 ** 22 + 1, machine: 'elsewhere' }), own)).toBe(false)
})
