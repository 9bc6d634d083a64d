// Pruning, erasing and changing keys from the command line, on a database with two threads.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Annotation, START, StateGraph } from '@cairn/graph'
import { SqliteSaver } from '@cairn/sqlite'
import { expect, onTestFinished, test } from 'vitest'
import type { Stream } from '../src/output.ts'
import { runProgram } from '../src/program.ts'

interface Place {
  readonly database: string
  readonly keyFile: string
  /** The exit code and everything that was said. */
  said(...words: string[]): Promise<string>
}

async function makeThreads(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'cairn-cli-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const database = join(directory, 'threads.db')
  const keyFile = join(directory, 'keys.json')
  const saver = SqliteSaver.open(database)
  const State = Annotation.Root({ text: Annotation<string> })
  const graph = new StateGraph(State)
    .addNode('write', ({ text }) => ({ text: `${text}!` }))
    .addEdge(START, 'write')
    .compile({ checkpointer: saver })
  for (const threadId of ['ann', 'bob']) {
    for (let turn = 0; turn < 5; turn++)
      await graph.invoke({ text: `letter of ${threadId}` }, { configurable: { thread_id: threadId } })
  }
  saver.threads.tag('bob', 'trial')
  saver.threads.setMetadata('ann', { user: 'ann' })
  saver.close()
  const said = async (...words: string[]): Promise<string> => {
    let text = ''
    const stream: Stream = { isTerminal: false, width: 80, write: (more) => (text += more) }
    const exitCode = await runProgram(words, {
      stdout: stream,
      stderr: stream,
      environment: { CAIRN_DB: database },
    })
    return `${exitCode}\n${text}`.replaceAll(directory, '.').replaceAll(/\d+(\.\d)? (bytes|KB)/g, '<size>')
  }
  return { database, keyFile, said }
}

test('a dry run says what would go and changes nothing', async () => {
  const { said } = await makeThreads()
  const expected = `0
thread  would go  kept  bytes
ann     14        1     <size>
bob     14        1     <size>
28 checkpoints would go, about <size>.
`
  expect(await said('prune', '--keep-last', '1', '--dry-run')).toBe(expected)
  expect(await said('prune', '--keep-last', '1', '--dry-run')).toBe(expected)
})

test('rules that were kept are gone by, those of a tag for its threads only', async () => {
  const { said } = await makeThreads()
  expect(await said('prune')).toBe(`2
cairn: Nothing says which checkpoints to keep.
  Give at least one rule: --keep-last 10, --max-age 30d, --keep-every 10
  To keep a rule in the database, for the next time: --save
`)
  expect(await said('prune', '--keep-last', '3', '--tag', 'trial', '--save')).toContain('bob     12       3')
  expect(await said('prune')).toBe('0\nNothing in ./threads.db went: every checkpoint is kept.\n')
  expect(JSON.parse((await said('prune', '--max-age', '1d', '--json')).slice(2))).toMatchObject({
    dryRun: false,
    removed: 0,
  })
})

test('rules that were kept can be forgotten, and only rules can be kept', async () => {
  const { said } = await makeThreads()
  await said('prune', '--keep-every', '1', '--save')
  expect(await said('prune')).toContain('every checkpoint is kept')
  expect(await said('prune', '--forget', '--json')).toBe('0\n{\n  "policies": []\n}\n')
  for (const words of [[], ['--save'], ['--pin', '1f1e5bba']])
    expect(await said('prune', ...words)).toContain('Nothing says which checkpoints to keep.')
})

test('a rule that is none is refused', async () => {
  const { said } = await makeThreads()
  expect(await said('prune', '--max-age', 'long')).toContain('It must be milliseconds, or text such as "30d"')
  expect(await said('prune', '--keep-last', '0')).toContain('It must be a whole number from 1 on.')
})

test('nothing is erased that was not confirmed', async () => {
  const { database, said } = await makeThreads()
  expect(await said('erase', '--metadata', 'user=ann')).toBe(`2
cairn: What is erased cannot be brought back; nothing was erased.
  To erase it: cairn erase --metadata user=ann --yes
`)
  expect(readFileSync(database).includes('letter of ann')).toBe(true)
})

test('the threads of a user are erased, and nothing of them is left in the file', async () => {
  const { database, said } = await makeThreads()
  expect(await said('erase', '--metadata', 'user=ann', '--yes')).toBe('0\nerased ann\n')
  expect(readFileSync(database).includes('letter of ann')).toBe(false)
  expect(readFileSync(database).includes('letter of bob')).toBe(true)
  expect(await said('erase', '--thread', 'ann', '--yes')).toBe(
    '4\nNo thread is meant by that; nothing was erased.\n',
  )
  expect(await said('erase', '--thread', 'bob', '--tag', 'trial', '--yes')).toContain(
    'What is to be erased is not clear.',
  )
})

test('a text is erased from values, and reported where a name holds it', async () => {
  const { database, said } = await makeThreads()
  expect(await said('erase', '--text', 'letter of ann', '--yes')).toBe('0\nerased from ann\n')
  expect(await said('show', '--thread', 'ann')).toContain('text  "[erased]!"')
  expect(readFileSync(database).includes('letter of ann')).toBe(false)
  expect(await said('erase', '--text', 'write', '--yes')).toContain('of the names in "name.text"')
})

test('a database is encrypted with the key of a file, and opens with it only', async () => {
  const { database, keyFile, said } = await makeThreads()
  const keys = { one: Buffer.alloc(32, 1).toString('base64'), two: Buffer.alloc(32, 2).toString('base64') }
  writeFileSync(keyFile, JSON.stringify({ current: 'one', keys }))
  expect(await said('rotate-key')).toContain('No keys were given.')
  expect(await said('rotate-key', '--key-file', keyFile)).toMatch(
    /^0\n\d+ rows are now encrypted with the key "one"\.\n$/,
  )
  expect(readFileSync(database).includes('letter of')).toBe(false)
  expect(await said('threads')).toContain('To give its keys: --key-file PATH')
  expect(await said('show', '--thread', 'ann', '--key-file', keyFile)).toContain('"letter of ann!"')
  writeFileSync(keyFile, JSON.stringify({ current: 'two', keys }))
  expect(await said('rotate-key', '--key-file', keyFile)).toContain('No row needs any more: "one".')
  writeFileSync(keyFile, 'one: secret')
  expect(await said('threads', '--key-file', keyFile)).toBe(`2
cairn: The file of keys ./keys.json does not hold keys.
  It holds JSON: {"current": "2026-11", "keys": {"2026-11": "32 random bytes in base64"}}
`)
})
