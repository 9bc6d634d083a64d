import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Workplace, records, steady, type Call } from './run-cairn.ts'

const workplace = new Workplace()
afterAll(() => workplace[Symbol.dispose]())

/** Which nodes ran, in their order, in all processes together. */
function ran(thread: string): string[] {
  return readFileSync(join(workplace.directory, `${thread}.log`), 'utf8')
    .trim()
    .split('\n')
}

/** Starts a run in which `quick` has ended and `slow` is running. */
async function inTheMiddle(thread: string, waitFor: string): Promise<Call> {
  const call = workplace.start(
    ['run', 'fixtures/parallel.ts', '--thread', thread, '--input', '{}', '--json'],
    {
      environment: { CAIRN_TEST_LOG: `${thread}.log`, CAIRN_TEST_WAIT: waitFor },
    },
  )
  await call.line((line) => line.includes('task_finished') && line.includes('quick'))
  return call
}

async function finish(thread: string): Promise<Record<string, unknown>> {
  const environment = { CAIRN_TEST_LOG: `${thread}.log` }
  const { exitCode, stdout } = await workplace.run(`resume --thread ${thread} --json`, { environment })
  expect(exitCode).toBe(0)
  return records(stdout).at(-1)!
}

const allDone = { status: 'finished', values: { done: ['first', 'quick', 'slow', 'last'] } }

test('a run that was killed is finished by resume, and what had ended does not run again', async () => {
  const { child, ended } = await inTheMiddle('killed', 'ever')
  child.kill('SIGKILL')
  expect((await ended).exitCode).toBeNull()
  const { stdout } = await workplace.run('threads --json')
  expect(JSON.parse(stdout)).toMatchObject([{ thread: 'killed', status: 'stopped', step: 1, next: ['slow'] }])
  expect(await finish('killed')).toMatchObject(allDone)
  expect(ran('killed')).toEqual(['first', 'quick', 'slow', 'slow', 'last'])
})

test('Ctrl+C lets the running superstep end and saves it', async () => {
  const { child, ended } = await inTheMiddle('asked-once', 'SIGINT')
  child.kill('SIGINT')
  const { exitCode, stdout } = await ended
  expect(exitCode).toBe(130)
  expect(records(stdout).at(-1)).toMatchObject({ status: 'stopped', step: 2, next: ['last'] })
  expect(await finish('asked-once')).toMatchObject(allDone)
  expect(ran('asked-once')).toEqual(['first', 'quick', 'slow', 'last'])
})

test('Ctrl+C twice abandons what is running, and saves what had ended', async () => {
  const call = workplace.start('run fixtures/parallel.ts --thread asked-twice --input {}', {
    environment: { CAIRN_TEST_LOG: 'asked-twice.log', CAIRN_TEST_WAIT: 'ever' },
  })
  await call.line((line) => line.includes('✓') && line.includes('quick'))
  call.child.kill('SIGINT')
  await call.line((line) => line.startsWith('Stopping after this superstep.'))
  call.child.kill('SIGINT')
  const { exitCode, stderr } = await call.ended
  expect(exitCode).toBe(130)
  expect(steady(stderr)).toMatchInlineSnapshot(`
    "✓    1  first <duration>
    ✓    2  quick <duration>
    Stopping after this superstep. Press Ctrl+C again to abandon what is running.
    -    2  slow <duration>  did not end
    Stopped before slow. What had finished is saved.
    To go on: cairn resume --thread asked-twice
    "
  `)
  expect(await finish('asked-twice')).toMatchObject(allDone)
  expect(ran('asked-twice')).toEqual(['first', 'quick', 'slow', 'slow', 'last'])
})
