// Researches one question on a durable thread: begins it, goes on with it where it was left or killed, or answers it.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { Command } from '@cairn/graph'
import { SqliteSaver } from '@cairn/sqlite'
import { buildResearch } from './graph.ts'
import { type ResearchGraph, type Standing, type ThreadConfig, runThread, standingOf } from './run-thread.ts'

const usage = `Usage: main.ts [question] [options]
  --db FILE         the SQLite file (default .cairn/research/threads.db)
  --thread ID       the thread in it (default research)
  --answer ANSWER   answers the approval: approve, or JSON such as {"decision":"reject","note":"without Polk"}
  --ledger FILE     where each search that was made is noted (default .cairn/research/searches.jsonl)
  --reports DIR     where the report is written (default .cairn/research)
  --concurrency N   searches at the same time (default 4)`

const options = {
  db: { type: 'string', default: '.cairn/research/threads.db' },
  thread: { type: 'string', default: 'research' },
  answer: { type: 'string' },
  ledger: { type: 'string', default: '.cairn/research/searches.jsonl' },
  reports: { type: 'string', default: '.cairn/research' },
  concurrency: { type: 'string', default: '4' },
} as const

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  mkdirSync(dirname(values.db), { recursive: true })
  const saver = SqliteSaver.open(values.db)
  try {
    const builder = buildResearch({ ledgerPath: values.ledger, reportDirectory: values.reports })
    const graph = builder.compile({ checkpointer: saver })
    const config = { configurable: { thread_id: values.thread }, maxConcurrency: Number(values.concurrency) }
    say(await goOn(graph, config, positionals[0], values.answer))
  } finally {
    saver.close()
  }
}

/** Takes the thread's next step, whatever that is. */
async function goOn(
  graph: ResearchGraph,
  config: ThreadConfig,
  question: string | undefined,
  answer: string | undefined,
): Promise<Standing> {
  const standing = await standingOf(graph, config)
  if (standing.kind !== 'not begun' && question !== undefined && question !== standing.research.question)
    throw new Error(
      `Thread "${config.configurable.thread_id}" is about “${standing.research.question}”. ` +
        'Leave the question out to go on with it, or name another thread with --thread.',
    )
  switch (standing.kind) {
    case 'not begun':
      if (question === undefined) throw new Error(`There is no question yet.\n${usage}`)
      return runThread(graph, { question }, config, print)
    case 'unfinished':
      print(`resumes  at ${[...new Set(standing.next)].join(', ')}`)
      return runThread(graph, null, config, print)
    case 'waiting': {
      const given = answer ?? (await askHuman(standing.request.draft))
      return given === undefined
        ? standing
        : runThread(graph, new Command({ resume: read(given) }), config, print)
    }
    case 'done':
      return standing
  }
}

/** Shows the draft and asks, when there is somebody to ask. */
async function askHuman(draft: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await terminal.question(
      `${draft}\n\napprove, a note on what to change, or Enter to leave it: `,
    )
    if (answer.trim() === '') return undefined
    return answer.trim() === 'approve'
      ? 'approve'
      : JSON.stringify({ decision: 'reject', note: answer.trim() })
  } finally {
    terminal.close()
  }
}

function read(answer: string): unknown {
  return answer.trimStart().startsWith('{') ? JSON.parse(answer) : answer
}

function say(standing: Standing): void {
  if (standing.kind === 'waiting') {
    if (standing.request.complaint !== undefined) print(standing.request.complaint)
    print(`asks     ${standing.request.ask} (answer with --answer)`)
  }
  if (standing.kind === 'done') print(`done     ${standing.research.reportPath}`)
}

function print(line: string): void {
  console.log(line)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
