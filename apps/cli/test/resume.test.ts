import { join } from 'node:path'
import { SqliteSaver } from '@cairn/sqlite'
import { afterAll, expect, test } from 'vitest'
import { graph as research } from './fixtures/research.ts'
import { Workplace, records, steady } from './run-cairn.ts'

const workplace = new Workplace()
afterAll(() => workplace[Symbol.dispose]())

interface Question {
  readonly id: string
  readonly node: string
}

test('two questions are shown with what to type, and answered by their ids, one after the other', async () => {
  const asked = await workplace.run([
    'run',
    'fixtures/approval.ts',
    '--thread',
    'book',
    '--input',
    '{"title": "Stones"}',
  ])
  expect(asked.exitCode).toBe(3)
  expect(steady(asked.stdout)).toMatchInlineSnapshot(`
    "The graph asks 2 questions:

      editor  <question>
        { question: "Publish?", title: "Stones" }

      seller  <question>
        "What does it cost?"

    To answer, with JSON or text for each ANSWER:
      cairn resume --thread book --answer <part>=ANSWER --answer <part>=ANSWER
    "
  `)

  const again = await workplace.run('resume --thread book --json')
  expect(again.exitCode).toBe(3)
  const [result] = records(again.stdout)
  expect(result).toMatchObject({ type: 'result', status: 'interrupted', next: ['editor', 'seller'] })
  const questions = result!['questions'] as Question[]
  const idOf = (node: string): string => questions.find((question) => question.node === node)!.id

  const half = await workplace.run([
    'resume',
    '--thread',
    'book',
    '--answer',
    `${idOf('seller').slice(0, 8)}=12`,
    '--json',
  ])
  expect(half.exitCode).toBe(3)
  expect(records(half.stdout).at(-1)).toMatchObject({ questions: [{ id: idOf('editor'), node: 'editor' }] })

  const whole = await workplace.run(['resume', '--thread', 'book', '--answer', 'yes, gladly'])
  expect(whole.exitCode).toBe(0)
  expect(whole.stdout).toMatchInlineSnapshot(`
    "title    "Stones (12 €)"
    verdict  "yes, gladly"
    price    12
    "
  `)

  const over = await workplace.run('resume --thread book')
  expect(over).toMatchObject({
    exitCode: 0,
    stdout: whole.stdout,
    stderr: 'Thread "book" has finished already; nothing was run.\n',
  })
})

test('a graph that stops at a breakpoint goes on without an answer', async () => {
  const stopped = await workplace.run('run fixtures/breakpoint.ts --thread letter --input {}')
  expect(stopped).toMatchObject({
    exitCode: 3,
    stdout: 'Stopped at a breakpoint, before send.\nTo go on:\n  cairn resume --thread letter\n',
  })
  const { exitCode, stdout } = await workplace.run('resume --thread letter')
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'text  "written and sent"\n' })
})

test('a thread that was not begun here needs the file of its graph', async () => {
  const saver = SqliteSaver.open(join(workplace.directory, 'threads.db'))
  const config = { configurable: { thread_id: 'elsewhere' }, interruptBefore: ['write' as const] }
  await research.compile({ checkpointer: saver }).invoke({ topic: 'dolmens' }, config)
  saver.close()
  expect(await workplace.run('resume --thread elsewhere')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      'cairn: Which graph thread "elsewhere" belongs to is not known: it was not started by this command.\n' +
      '  Say which: cairn resume FILE#export --thread elsewhere\n',
  })
  const named = await workplace.run('resume fixtures/research.ts --thread elsewhere --json')
  expect(named.exitCode).toBe(0)
  expect(records(named.stdout).at(-1)).toMatchObject({ status: 'finished', next: [] })
})
