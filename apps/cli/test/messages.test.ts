// What a person reads who mistyped something: each message in full, and what the process exits with.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Annotation, START, StateGraph, interrupt } from '@cairn/graph'
import { SqliteSaver, SqliteStore } from '@cairn/sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stream } from '../src/output.ts'
import { runProgram } from '../src/program.ts'

const directory = mkdtempSync(join(tmpdir(), 'cairn-cli-'))
const database = join(directory, 'threads.db')
const graphs = fileURLToPath(new URL('fixtures', import.meta.url))

beforeAll(async () => {
  const saver = SqliteSaver.open(database)
  const State = Annotation.Root({ text: Annotation<string> })
  const graph = new StateGraph(State)
    .addNode('ask', ({ text }) => (text === 'ask' ? { text: interrupt<string, string>('Sure?') } : {}))
    .addEdge(START, 'ask')
    .compile({ checkpointer: saver })
  for (const text of ['order-1', 'order-2', 'ask'])
    await graph.invoke({ text }, { configurable: { thread_id: text } })
  saver.close()
  SqliteSaver.open(join(directory, 'empty.db')).close()
  writeFileSync(join(directory, 'notes.txt'), 'These are notes, and no database at all.\n'.repeat(100))
  mkdirSync(join(directory, 'folder'))
})

afterAll(() => rmSync(directory, { recursive: true }))

/** The exit code and everything that was said, with `.` for the directory of the databases. */
async function said(...words: string[]): Promise<string> {
  let text = ''
  const stream: Stream = { isTerminal: false, width: 80, write: (more) => (text += more) }
  const environment = { CAIRN_DB: database }
  const exitCode = await runProgram(words, { stdout: stream, stderr: stream, environment })
  return `${exitCode}\n${text}`
    .replaceAll(directory, '.')
    .replaceAll(graphs, 'fixtures')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '<question>')
}

test('no command', async () => {
  expect(await said()).toMatchInlineSnapshot(`
    "2
    cairn: No command was given.
      To see what can be given: cairn --help
    "
  `)
})

test('an unknown command', async () => {
  expect(await said('histroy', '--thread', 'order-1')).toMatchInlineSnapshot(`
    "2
    cairn: Unknown command 'histroy'.
      Did you mean history?
      To see what can be given: cairn --help
    "
  `)
})

test('an unknown option', async () => {
  expect(await said('history', '--tread', 'order-1')).toMatchInlineSnapshot(`
    "2
    cairn: Required option '--thread <id>' not specified.
      Did you mean --thread instead of --tread?
      To see what can be given: cairn history --help
    "
  `)
})

test('a missing option', async () => {
  expect(await said('run', 'graph.ts', '--thread', 't')).toMatchInlineSnapshot(`
    "2
    cairn: Required option '--input <json>' not specified.
      To see what can be given: cairn run --help
    "
  `)
})

test('a missing file', async () => {
  expect(await said('graph')).toMatchInlineSnapshot(`
    "2
    cairn: Missing required argument 'file'.
      To see what can be given: cairn graph --help
    "
  `)
})

test('a value of the wrong kind', async () => {
  expect(await said('history', '--thread', 'order-1', '--limit', 'many')).toMatchInlineSnapshot(`
    "2
    cairn: Option '--limit <count>' argument 'many' is invalid. It must be a whole number from 1 on.
      To see what can be given: cairn history --help
    "
  `)
})

test('input that is not JSON', async () => {
  expect(await said('run', 'graph.ts', '--thread', 't', '--input', 'cairns')).toMatchInlineSnapshot(`
    "2
    cairn: The value of --input is not JSON: Unexpected token 'c', "cairns" is not valid JSON
      Quote it for the shell: --input '{"key": "value"}'
      Or put it into a file: --input @file.json (@- reads the standard input)
    "
  `)
})

test('an input file that is not there', async () => {
  expect(await said('run', 'graph.ts', '--thread', 't', '--input', `@${directory}/nowhere.json`))
    .toMatchInlineSnapshot(`
    "2
    cairn: The file ./nowhere.json of --input cannot be read: ENOENT: no such file or directory, open './nowhere.json'
      Give JSON itself, or @ and the path of a file: --input @input.json
    "
  `)
})

test('a config that is no object', async () => {
  expect(await said('run', 'graph.ts', '--thread', 't', '--input', '{}', '--config', '50'))
    .toMatchInlineSnapshot(`
    "2
    cairn: The value of --config must be an object, and so must its "configurable".
      For example: --config '{"recursionLimit": 50, "configurable": {"model": "small"}}'
    "
  `)
})

test('a graph file that is not there', async () => {
  expect(await said('run', 'nowhere.ts', '--thread', 't', '--input', '{}')).toMatchInlineSnapshot(`
    "2
    cairn: There is no file nowhere.ts.
      Give the TypeScript or JavaScript file that exports the graph, relative to this directory.
    "
  `)
})

test('a database that is not there', async () => {
  expect(await said('threads', '--db', `${directory}/nowhere.db`)).toMatchInlineSnapshot(`
    "4
    cairn: There is no database ./nowhere.db.
      The first run makes it: cairn run FILE --thread ID --input JSON --db ./nowhere.db
      To use another one: --db PATH, or the environment variable CAIRN_DB.
    "
  `)
})

test('a directory for a database', async () => {
  expect(await said('threads', '--db', `${directory}/folder`)).toMatchInlineSnapshot(`
    "4
    cairn: ./folder is a directory, not a database of threads.
      Give the path of a file: --db PATH
    "
  `)
})

test('a file that is no database', async () => {
  expect(await said('threads', '--db', `${directory}/notes.txt`)).toMatchInlineSnapshot(`
    "4
    cairn: ./notes.txt is not an SQLite database, or its first page is damaged. It was left as it is. Give another path, or restore the file from a backup.
      To use another one: --db PATH, or the environment variable CAIRN_DB.
    "
  `)
})

test('a database without threads', async () => {
  expect(await said('threads', '--db', `${directory}/empty.db`)).toMatchInlineSnapshot(`
    "0
    ./empty.db holds no threads.
    "
  `)
  expect(await said('show', '--thread', 'order-1', '--db', `${directory}/empty.db`)).toMatchInlineSnapshot(`
    "4
    cairn: There is no thread "order-1" in ./empty.db.
      It holds no threads yet.
    "
  `)
})

test('an unknown thread', async () => {
  expect(await said('show', '--thread', 'order-3')).toMatchInlineSnapshot(`
    "4
    cairn: There is no thread "order-3" in ./threads.db.
      Did you mean "order-1" or "order-2"?
      To list its threads: cairn threads
    "
  `)
  expect(await said('history', '--thread', 'invoice')).toMatchInlineSnapshot(`
    "4
    cairn: There is no thread "invoice" in ./threads.db.
      To list its threads: cairn threads
    "
  `)
})

test('an unknown checkpoint', async () => {
  expect(await said('show', '--thread', 'order-1', '--at', '7')).toMatchInlineSnapshot(`
    "4
    cairn: Thread "order-1" has no checkpoint "7".
      Its steps go from -1 to 1. Give a step, or at least 4 characters of the beginning or the end of an id.
    "
  `)
})

test('an answer to a thread that asks nothing', async () => {
  expect(await said('resume', '--thread', 'order-1', '--answer', 'yes')).toMatchInlineSnapshot(`
    "2
    cairn: Thread "order-1" asks nothing: it is finished. The answer was not used.
    "
  `)
})

test('an answer to a question that is not open', async () => {
  expect(await said('resume', '--thread', 'ask', '--answer', 'abcdef=yes')).toMatchInlineSnapshot(`
    "2
    cairn: No open question has an id that begins with abcdef.
      Open questions:
        <question>  ask
      If the answer is the text "abcdef=yes", give it as JSON: --answer '"abcdef=yes"'
    "
  `)
})

test('a new input for a thread that waits for an answer', async () => {
  expect(await said('run', `${graphs}/research.ts`, '--thread', 'ask', '--input', '{}'))
    .toMatchInlineSnapshot(`
    "2
    cairn: Thread "ask" waits for an answer, before ask.
      To go on with it: cairn resume --thread ask
      To start on this input instead, add --abandon: what the thread was about to do is given up.
    "
  `)
})

test('mistakes are JSON with --json', async () => {
  const [exitCode, json] = (await said('show', '--thread', 'order-3', '--json')).split('\n') as [
    string,
    string,
  ]
  expect([exitCode, JSON.parse(json)]).toEqual([
    '4',
    {
      error: {
        code: 'THREAD_NOT_FOUND',
        message: 'There is no thread "order-3" in ./threads.db.',
        remedies: ['Did you mean "order-1" or "order-2"?', 'To list its threads: cairn threads'],
        thread: 'order-3',
        nearest: ['order-1', 'order-2'],
      },
    },
  ])
})

test('what is to be typed repeats the database and the program that were given', async () => {
  expect(await said('resume', '--thread', 'ask', '--db', database)).toMatchInlineSnapshot(`
    "3
    The graph asks:

      ask  <question>
        "Sure?"

    To answer, with JSON or text for ANSWER:
      cairn resume --thread ask --answer ANSWER --db ./threads.db
    "
  `)
})

test('help names the commands and the exit codes, and each command has examples', async () => {
  expect(await said('--help')).toMatchInlineSnapshot(`
    "0
    Usage: cairn [options] [command]

    Runs graphs whose every superstep is saved, and looks into what they did.

    Options:
      --version                    print the version
      --db <path>                  the database of threads (default: $CAIRN_DB, or
                                   threads.db)
      --key-file <path>            the keys of an encrypted database (default:
                                   $CAIRN_KEY_FILE)
      --json                       print JSON only, errors included
      --help                       print what a command does, with examples

    Commands:
      run [options] <file>         run a graph on an input
      resume [options] [file]      answer the questions of a thread, or go on after
                                   a crash
      threads                      list the threads
      search [options] [words...]  find threads by labels, status, time and words
      label [options]              show and set the tags and metadata of a thread
      history [options]            list the checkpoints of a thread
      show [options]               show a checkpoint of a thread
      check [options] <file>       say which threads a graph would break
      export [options]             write threads as JSON Lines
      import [options] <file>      take threads from an export or another database
      graph [options] <file>       draw a graph
      doctor [options]             say what is damaged in the database
      prune [options]              take old checkpoints out
      erase [options]              erase threads, or a text, for good
      rotate-key                   encrypt everything with the current key

    Exit codes:
      0    finished
      1    the graph failed, or would break a thread; the database is damaged
      2    the command line is wrong
      3    stopped at an interrupt: waiting for an answer
      4    thread, checkpoint or database not found or unreadable
      130  stopped by Ctrl+C; what had finished is saved, "cairn resume" goes on
    "
  `)
  for (const command of [
    'run',
    'resume',
    'threads',
    'search',
    'label',
    'history',
    'show',
    'check',
    'export',
    'import',
    'graph',
  ]) {
    const help = await said(command, '--help')
    expect(help).toMatch(/^0\nUsage: cairn /)
    expect(help).toContain(`\nExamples:\n  cairn ${command} `.trimEnd())
    expect(help).toContain('--json')
  }
  expect(await said('resume', '--help')).toContain('What is not JSON is taken as text')
})

test('the version', async () => {
  expect(await said('--version')).toMatch(/^0\n\d+\.\d+\.\d+\n$/)
})

test('a thread that somebody else is running', async () => {
  const store = SqliteStore.open(database)
  await store.leases.acquire({ threadId: 'busy', runId: 'other', onBusy: 'reject' })
  const graph = join(graphs, 'loop.ts')
  const text = await said('run', graph, '--thread', 'busy', '--input', '{}')
  store.close()
  expect(
    text
      .replace(/process \d+ on \S+/, 'process 1 on host')
      .replace(/since \S+\./, 'since 2026-01-01T00:00:00Z.'),
  ).toMatchInlineSnapshot(`
    "1
    cairn: Thread "busy" is in use: process 1 on host has it since 2026-01-01T00:00:00Z.
      To wait until it is free: --config '{"onBusy": "wait"}'
      To make the other run stop before its next superstep: --config '{"onBusy": "interrupt"}'
    "
  `)
})
