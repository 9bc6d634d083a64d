import { afterAll, expect, test } from 'vitest'
import { Workplace, steady } from './run-cairn.ts'

const workplace = new Workplace()
afterAll(() => workplace[Symbol.dispose]())

test('a question of a nested graph is answered, and the tasks inside are shown with their superstep', async () => {
  const asked = await workplace.run([
    'run',
    'fixtures/nested.ts',
    '--thread',
    'deep',
    '--input',
    '{"text": " hello"}',
  ])
  expect(asked.exitCode).toBe(3)
  const answered = await workplace.run('resume --thread deep --answer yes')
  expect(answered.exitCode).toBe(0)
  expect(steady(asked.stderr + answered.stderr)).toMatchInlineSnapshot(`
    "✓    1  draft <duration>
    ✓  2.1  review › read <duration>
    ?  2.2  review › judge           asks
    ?    2  review                   asks
    ✓  2.2  review › judge <duration>
    ✓    2  review <duration>
    ✓    3  publish <duration>
    finished at step 3 after <duration>
    "
  `)
})
