import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Annotation, START, StateGraph, interrupt } from '@langchain/langgraph'
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workplace, steady, type Ended } from './run-cairn.ts'

const workplace = new Workplace()
afterAll(() => workplace[Symbol.dispose]())

const at = (name: string): string => join(workplace.directory, name)

beforeAll(async () => {
  await workplace.run(['run', 'fixtures/approval.ts', '--thread', 'book', '--input', '{"title": "Stones"}'])
  await workplace.run(['run', 'fixtures/research.ts', '--thread', 'trail', '--input', '{"topic": "cairns"}'])
  const saver = SqliteSaver.fromConnString(at('old.db'))
  const State = Annotation.Root({
    title: Annotation<string>,
    verdict: Annotation<string>,
    price: Annotation<number>,
  })
  // The graph of fixtures/approval.ts, on LangGraph.
  const graph = new StateGraph(State)
    .addNode('editor', ({ title }) => ({
      verdict: interrupt<object, string>({ question: 'Publish?', title }),
    }))
    .addNode('seller', () => ({ price: interrupt<string, number>('What does it cost?') }))
    .addNode('publish', ({ title, price }) => ({ title: `${title} (${price} €)` }))
    .addEdge(START, 'editor')
    .addEdge(START, 'seller')
    .addEdge(['editor', 'seller'], 'publish')
    .compile({ checkpointer: saver })
  await graph.invoke({ title: 'Dolmens' }, { configurable: { thread_id: 'older' } })
  saver.db.close()
})

describe('cairn export and cairn import', () => {
  test('move all threads to another database, where a question is answered', async () => {
    const exported = await workplace.run('export --output all.jsonl')
    expect(exported).toMatchObject({
      exitCode: 0,
      stdout: '2 threads with 7 checkpoints in all.jsonl\n',
      stderr: '',
    })
    const imported = await workplace.run('import all.jsonl --db moved.db')
    expect(imported).toEqual({
      exitCode: 0,
      stdout:
        'thread  outcome  checkpoints  was called\nbook    added    2\ntrail   added    5\n2 threads imported into moved.db\n',
      stderr: '',
    })
    await workplace.run('export --db moved.db --output again.jsonl')
    expect(readFileSync(at('again.jsonl'), 'utf8')).toBe(readFileSync(at('all.jsonl'), 'utf8'))
    expect(await publish('moved.db', 'book')).toMatchObject({ title: 'Stones (12 €)', verdict: 'yes' })
  })

  test('go through a pipe, one thread at a time', async () => {
    const { stdout } = await workplace.run('export --thread trail')
    expect(stdout.split('\n', 2)).toEqual([
      '{"type":"cairn-export","version":1}',
      '{"type":"thread","id":"trail"}',
    ])
    const { exitCode } = await workplace.run('import - --db piped.db --prefix old-', { input: stdout })
    expect(exitCode).toBe(0)
    expect(await threadsIn('piped.db')).toEqual(['old-trail'])
  })

  test('take threads out of another database of their own', async () => {
    const { exitCode, stdout } = await workplace.run('import threads.db --db own.db --thread book --json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual([
      { id: 'book', exportedAs: 'book', outcome: 'added', checkpoints: 2, writes: 5 },
    ])
  })

  test('say what to do about a thread whose id is taken', async () => {
    await workplace.run('export --output twice.jsonl')
    await workplace.run('import twice.jsonl --db twice.db --thread book')
    const refused = await workplace.run('import twice.jsonl --db twice.db')
    expect(refused).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: [
        'cairn: twice.db has a thread "book" already, which was left as it is.',
        '  To leave out the new one: cairn import twice.jsonl --db twice.db --on-conflict skip',
        '  With "replace" it takes the place of the old one, with "rename" both are kept.',
        '  To keep the threads of the file apart: cairn import twice.jsonl --db twice.db --prefix old-',
        '',
      ].join('\n'),
    })
    const { stdout } = await workplace.run('import twice.jsonl --db twice.db --on-conflict rename')
    expect(stdout).toBe(
      'thread  outcome  checkpoints  was called\nbook-2  added    2            book\ntrail   added    5\n2 threads imported into twice.db\n',
    )
  })

  test('refuse a file that was cut short, and keep nothing of the thread it stops in', async () => {
    const { stdout } = await workplace.run('export --thread book')
    writeFileSync(at('cut.jsonl'), stdout.slice(0, stdout.indexOf('{"type":"thread-end"')))
    const { exitCode, stderr } = await workplace.run('import cut.jsonl --db cut.db')
    expect([exitCode, stderr]).toEqual([
      4,
      'cairn: cut.jsonl: Line 9: The export stops here, before its end. Export the threads again, or get the rest of the file. Nothing was imported.\n',
    ])
    expect(await threadsIn('cut.db')).toEqual([])
  })

  test.each([
    ['import missing.jsonl', 4, 'cairn: There is no file missing.jsonl.'],
    ['import fixtures', 4, 'cairn: fixtures is a directory.'],
    [
      'import fixtures/approval.ts --db x.db',
      4,
      'cairn: fixtures/approval.ts: Line 1: This is not an export of threads.',
    ],
    [
      'import --langgraph threads.db --db x.db',
      4,
      "cairn: threads.db is not a database of LangGraph's SqliteSaver",
    ],
    ['import threads.db --db x.db --thread none', 4, 'cairn: There is no thread "none" in threads.db.'],
    [
      'import threads.db --on-conflict merge',
      2,
      "cairn: Option '--on-conflict <what>' argument 'merge' is invalid.",
    ],
    ['export --thread bok', 4, 'cairn: There is no thread "bok" in threads.db.\n  Did you mean "book"?'],
    ['export --output missing/all.jsonl', 2, 'cairn: The file missing/all.jsonl cannot be written: ENOENT'],
  ])('say what is wrong: %s', async (command, exitCode, message) => {
    const ended = await workplace.run(command)
    expect([ended.exitCode, ended.stdout]).toEqual([exitCode, ''])
    expect(ended.stderr).toContain(message)
  })
})

describe("a database of LangGraph's SqliteSaver", () => {
  test('is looked into as it is, and nothing is left beside it', async () => {
    const before = readFileSync(at('old.db'))
    const { stdout } = await workplace.run('threads --db old.db')
    expect(steady(stdout)).toBe(
      'thread  status       step  next            last update           graph\n' +
        'older   interrupted  0     editor, seller  <time>\n',
    )
    const history = await workplace.run('history --db old.db --thread older --json')
    expect((JSON.parse(history.stdout) as { step: number }[]).map(({ step }) => step)).toEqual([0, -1])
    const shown = await workplace.run('show --db old.db --thread older')
    expect(shown.stdout).toContain('What does it cost?')
    expect((await workplace.run('export --db old.db')).stdout).toContain('{"type":"thread","id":"older"}')
    expect(readFileSync(at('old.db')).equals(before)).toBe(true)
    expect(readdirSync(workplace.directory).filter((name) => name.startsWith('old.db'))).toEqual(['old.db'])
  })

  test('is imported, and its questions are answered on Cairn', async () => {
    const imported = await workplace.run('import --langgraph old.db --db new.db')
    expect(imported).toEqual({
      exitCode: 0,
      stdout: 'thread  outcome  checkpoints  was called\nolder   added    2\n1 thread imported into new.db\n',
      stderr: '',
    })
    expect(await publish('new.db', 'older')).toMatchObject({ title: 'Dolmens (12 €)', verdict: 'yes' })
  })

  test('is not written by a run, which says how to import it', async () => {
    const { exitCode, stderr } = await workplace.run(
      'run fixtures/approval.ts --db old.db --thread older --input {}',
    )
    expect([exitCode, stderr]).toEqual([
      4,
      "cairn: old.db is a database of LangGraph's SqliteSaver, which is only read.\n" +
        '  To go on with its threads, import them: cairn import --langgraph old.db --db threads.db\n',
    ])
  })
})

async function threadsIn(database: string): Promise<string[]> {
  if (!existsSync(at(database))) return []
  const { stdout } = await workplace.run(`threads --db ${database} --json`)
  return (JSON.parse(stdout) as { thread: string }[]).map(({ thread }) => thread)
}

/** Answers both questions of an approval; the state it ends with. */
async function publish(database: string, thread: string): Promise<unknown> {
  const resume = (...words: readonly string[]): Promise<Ended> =>
    workplace.run([
      'resume',
      'fixtures/approval.ts',
      '--db',
      database,
      '--thread',
      thread,
      '--json',
      ...words,
    ])
  const shown = await workplace.run(`show --db ${database} --thread ${thread} --json`)
  const { questions } = JSON.parse(shown.stdout) as { questions: { id: string; node: string }[] }
  const answers = questions.flatMap(({ id, node }) => [
    '--answer',
    `${id}=${node === 'editor' ? '"yes"' : '12'}`,
  ])
  expect((await resume(...answers)).exitCode).toBe(0)
  const { stdout } = await workplace.run(`show --db ${database} --thread ${thread} --json`)
  return (JSON.parse(stdout) as { values: unknown }).values
}
