// The commands, their options and their help. What they do stands in `commands/`, loaded when it is asked for.
import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { ThreadStatus } from '@cairn/checkpoint'
import { answerHelp } from './answers.ts'
import { CliError } from './cli-error.ts'
import type { CheckOptions } from './commands/check.ts'
import type { Context } from './commands/context.ts'
import type { DoctorOptions } from './commands/doctor.ts'
import type { EraseOptions } from './commands/erase.ts'
import type { ExportOptions } from './commands/export.ts'
import type { GraphOptions } from './commands/graph.ts'
import type { HistoryOptions } from './commands/history.ts'
import type { ImportOptions } from './commands/import.ts'
import type { PruneOptions } from './commands/prune.ts'
import type { LabelOptions } from './commands/label.ts'
import type { ResumeOptions } from './commands/resume.ts'
import type { RunOptions } from './commands/run.ts'
import type { SearchOptions } from './commands/search.ts'
import type { ShowOptions } from './commands/show.ts'
import { ExitCode, exitCodesHelp } from './exit-code.ts'
import { nearestNames } from './nearest.ts'
import { Output, type Stream } from './output.ts'
import { storeErrorAsCliError } from './store-error.ts'

/** What the program gets from the process it runs in. */
export interface Surroundings {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Runs one command line, without the program's name. Never throws for what the user can put right. */
export async function runProgram(words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const output = new Output({ ...surroundings, isJson: words.includes('--json') })
  let exitCode: ExitCode = ExitCode.finished
  const program = createProgram(output, surroundings, (code) => (exitCode = code))
  try {
    await program.parseAsync(words, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.finished
    const shown =
      error instanceof CommanderError ? usageError(error, program, words) : storeErrorAsCliError(error)
    if (!(shown instanceof CliError)) throw error
    output.error(shown)
    return shown.exitCode
  }
}

interface SharedOptions {
  readonly db?: string
  readonly keyFile?: string
  readonly json?: boolean
}

type Settle = (exitCode: ExitCode) => void

function createProgram(output: Output, { stdout, environment }: Surroundings, settle: Settle): Command {
  const contextFor = (command: Command): Context => {
    const { db, keyFile = environment['CAIRN_KEY_FILE'] } = command.optsWithGlobals<SharedOptions>()
    return {
      output,
      invocation: { program: environment['CAIRN_COMMAND'] ?? 'cairn', database: db },
      keyFile,
      database: db ?? environment['CAIRN_DB'] ?? 'threads.db',
    }
  }
  const program = new Command('cairn')
    .description('Runs graphs whose every superstep is saved, and looks into what they did.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('--help', 'print what a command does, with examples')
    .helpCommand(false)
    .option('--db <path>', 'the database of threads (default: $CAIRN_DB, or threads.db)')
    .option('--key-file <path>', 'the keys of an encrypted database (default: $CAIRN_KEY_FILE)')
    .option('--json', 'print JSON only, errors included')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // Mistakes come back as errors and are printed with the others.
      writeErr: () => {},
      outputError: () => {},
    })
    .exitOverride()
    .addHelpText('after', `\n${exitCodesHelp}`)

  program
    .command('run')
    .summary('run a graph on an input')
    .description(
      'Runs a graph on an input and saves every superstep. FILE is TypeScript or JavaScript; its default export, the ' +
        'export "graph", or its only graph is taken, unless FILE#export names one. Its own checkpointer is replaced.',
    )
    .argument('<file>', 'FILE or FILE#export')
    .requiredOption('--thread <id>', 'the thread to begin, or to go on with once it has finished')
    .requiredOption('--input <json>', "JSON, or @file ('@-' reads the standard input)")
    .option('--config <json>', 'what else the graph is called with: recursionLimit, configurable, context, …')
    .option('--abandon', 'give up what an unfinished thread was about to do')
    .addHelpText(
      'after',
      examples(
        `cairn run research.ts --thread t1 --input '{"topic": "cairns"}'`,
        'cairn run agents.ts#support --thread t2 --input @question.json --json',
      ) + `\n${exitCodesHelp}`,
    )
    .action(async (file: string, options: RunOptions, command: Command) => {
      const { run } = await import('./commands/run.ts')
      settle(await run(file, options, contextFor(command)))
    })

  program
    .command('resume')
    .summary('answer the questions of a thread, or go on after a crash')
    .description(
      'Goes on with a thread: with answers to its questions, or, without any, from where it was stopped. The graph ' +
        'is the one the thread was begun with, unless FILE names another. Open questions are shown when none is answered.',
    )
    .argument('[file]', 'FILE or FILE#export')
    .requiredOption('--thread <id>', 'the thread')
    .option('--answer <answer>', 'JSON or text, or ID=JSON; may be repeated', collect)
    .option('--config <json>', 'what else the graph is called with: recursionLimit, configurable, context, …')
    .addHelpText(
      'after',
      `\n${answerHelp}\n` +
        examples(
          'cairn resume --thread t1',
          'cairn resume --thread t1 --answer yes',
          `cairn resume --thread t1 --answer 42a883ab='{"approved": true}' --answer 9f01c2aa=false`,
        ) +
        `\n${exitCodesHelp}`,
    )
    .action(async (file: string | undefined, options: ResumeOptions, command: Command) => {
      const { resume } = await import('./commands/resume.ts')
      settle(await resume(file, options, contextFor(command)))
    })

  program
    .command('threads')
    .summary('list the threads')
    .description(
      'Lists the threads of the database: finished, interrupted (waiting for an answer), failed, or stopped in the ' +
        'middle (a crash, Ctrl+C or a breakpoint); how many supersteps they took, and which nodes come next.',
    )
    .addHelpText('after', examples('cairn threads', 'cairn threads --db other.db --json'))
    .action(async (_options: unknown, command: Command) => {
      const { showThreads } = await import('./commands/threads.ts')
      settle(await showThreads(contextFor(command)))
    })

  program
    .command('search')
    .summary('find threads by labels, status, time and words')
    .description(
      'Finds the threads for which all of it holds, the newest first. WORDS stand in the newest state, in any value and ' +
        'order, whatever their case and accents; \'"side by side"\' and begin* work.',
    )
    .argument('[words...]', 'words in the newest state')
    .option('--tag <tag>', 'has this tag; may be repeated', collect)
    .option('--metadata <key=value>', 'has this metadata, JSON or text; may be repeated', collect)
    .option('--status <status>', `${statuses.join(', ')}; may be repeated`, collectStatus)
    .option('--created-after <time>', 'began then or later')
    .option('--created-before <time>', 'began before')
    .option('--updated-after <time>', 'has its newest checkpoint since then')
    .option('--updated-before <time>', 'has its newest checkpoint from before')
    .option('--limit <count>', 'at most so many (default: 20)', positiveInteger)
    .option('--cursor <cursor>', 'go on after another page')
    .addHelpText(
      'after',
      examples(
        'cairn search --status interrupted',
        'cairn search --tag vip --metadata user=ada --updated-after 2026-11-01',
        'cairn search lost luggage --limit 5 --json',
      ),
    )
    .action(async (words: readonly string[], options: SearchOptions, command: Command) => {
      const { searchThreads } = await import('./commands/search.ts')
      settle(await searchThreads(words, options, contextFor(command)))
    })

  program
    .command('label')
    .summary('show and set the tags and metadata of a thread')
    .description(
      'Shows the tags and the metadata of a thread, after changing them. They are kept in plain text, also in an ' +
        'encrypted database. "cairn search", "cairn prune" and "cairn erase" go by them.',
    )
    .requiredOption('--thread <id>', 'the thread')
    .option('--tag <tag>', 'put this tag on it; may be repeated', collect)
    .option('--untag <tag>', 'take this tag off; may be repeated', collect)
    .option('--set <key=value>', 'set this metadata, JSON or text; without =value, take it away', collect)
    .addHelpText(
      'after',
      examples(
        'cairn label --thread t1 --tag vip --set user=ada',
        'cairn label --thread t1 --untag vip --set user',
      ),
    )
    .action(async (options: LabelOptions, command: Command) => {
      const { labelThread } = await import('./commands/label.ts')
      settle(await labelThread(options, contextFor(command)))
    })

  program
    .command('history')
    .summary('list the checkpoints of a thread')
    .description(
      'Lists the checkpoints of a thread, newest first: the nodes that ran before each, what they changed, and what ' +
        'comes next. Where the thread has forks, marks in front join each checkpoint to the one it came from.',
    )
    .requiredOption('--thread <id>', 'the thread')
    .option('--limit <count>', 'only so many of the newest', positiveInteger)
    .addHelpText(
      'after',
      examples('cairn history --thread t1', 'cairn history --thread t1 --limit 10 --json'),
    )
    .action(async (options: HistoryOptions, command: Command) => {
      const { showHistory } = await import('./commands/history.ts')
      settle(await showHistory(options, contextFor(command)))
    })

  program
    .command('show')
    .summary('show a checkpoint of a thread')
    .description('Shows a checkpoint: its values, the tasks that come next, what they ask, and its metadata.')
    .requiredOption('--thread <id>', 'the thread')
    .option('--at <checkpoint>', 'a step, an id, or the beginning or end of one (default: the newest)')
    .addHelpText(
      'after',
      examples(
        'cairn show --thread t1',
        'cairn show --thread t1 --at 3',
        'cairn show --thread t1 --at 1f1e5b3c-70d4 --json',
      ),
    )
    .action(async (options: ShowOptions, command: Command) => {
      const { showCheckpoint } = await import('./commands/show.ts')
      settle(await showCheckpoint(options, contextFor(command)))
    })

  program
    .command('check')
    .summary('say which threads a graph would break')
    .description(
      'Looks at every thread that has not finished, and says which of them this graph could not go on with: nodes they ' +
        'wait in, values they hold or joins that are gone. Nothing is run or written. Exit code 1 if there is one, for CI ' +
        'before a deploy.',
    )
    .argument('<file>', 'FILE or FILE#export')
    .option('--thread <id>', 'only this thread')
    .option('--all', 'threads of other graphs too')
    .addHelpText(
      'after',
      examples('cairn check research.ts', 'cairn check agents.ts#support --db production.db --json'),
    )
    .action(async (file: string, options: CheckOptions, command: Command) => {
      const { check } = await import('./commands/check.ts')
      settle(await check(file, options, contextFor(command)))
    })

  program
    .command('export')
    .summary('write threads as JSON Lines')
    .description(
      'Writes threads with all they have, forks and open questions included, as lines of JSON: each checkpoint says ' +
        'how it differs from the one before. "cairn import" reads them. Reads databases of LangGraph\'s SqliteSaver too.',
    )
    .option('--thread <id>', 'only this thread; may be repeated', collect)
    .option('--output <file>', 'where to (default: the standard output)')
    .addHelpText(
      'after',
      examples(
        'cairn export --output threads.jsonl',
        'cairn export --thread t1 | gzip > t1.jsonl.gz',
        'cairn export --db old.db --output old.jsonl',
      ),
    )
    .action(async (options: ExportOptions, command: Command) => {
      const { exportToFile } = await import('./commands/export.ts')
      settle(await exportToFile(options, contextFor(command)))
    })

  program
    .command('import')
    .summary('take threads from an export or another database')
    .description(
      'Puts threads into the database: from a file that "cairn export" wrote, or out of another database, which may be ' +
        "one of LangGraph's SqliteSaver. A thread is taken whole, or not at all when the file is damaged or cut short.",
    )
    .argument('<file>', "the file; '-' reads an export from the standard input")
    .option('--langgraph', "the file must be a database of LangGraph's SqliteSaver")
    .option('--thread <id>', 'only this thread of the file; may be repeated', collect)
    .option('--prefix <text>', "what goes in front of each thread's id")
    .addOption(
      new Option(
        '--on-conflict <what>',
        'what to do with a thread whose id is taken (default: stop there)',
      ).choices(['fail', 'skip', 'replace', 'rename']),
    )
    .addHelpText(
      'after',
      examples(
        'cairn import threads.jsonl',
        'cairn import --langgraph old.db --db threads.db',
        'cairn import threads.jsonl --thread t1 --prefix old-',
        'gunzip < t1.jsonl.gz | cairn import - --on-conflict replace',
      ),
    )
    .action(async (file: string, options: ImportOptions, command: Command) => {
      const { importFromFile } = await import('./commands/import.ts')
      settle(await importFromFile(file, options, contextFor(command)))
    })

  program
    .command('graph')
    .summary('draw a graph')
    .description(
      'Draws a graph in the terminal: conditional edges are dashed and bear their labels, a double frame is a node ' +
        'with a graph inside.',
    )
    .argument('<file>', 'FILE or FILE#export')
    .option('--mermaid', 'print Mermaid text instead')
    .option('--ascii', 'draw with plain characters')
    .option('--xray', 'draw the graphs inside nodes too')
    .addHelpText(
      'after',
      examples(
        'cairn graph research.ts',
        'cairn graph research.ts --xray',
        'cairn graph research.ts --mermaid > graph.mmd',
      ),
    )
    .action(async (file: string, options: GraphOptions, command: Command) => {
      const { showGraph } = await import('./commands/graph.ts')
      settle(await showGraph(file, options, contextFor(command)))
    })

  program
    .command('doctor')
    .summary('say what is damaged in the database')
    .description(
      'Looks at all of the database: the file, checksums, checkpoints and what they build on, tasks, and rows that nothing ' +
        'refers to. Says what is lost and what to do. Writes nothing; with --fix it moves damaged rows, and those that ' +
        'cannot be read for their sake, into a table of their own, so that everything else can be read. Exit code 1 if there ' +
        'is damage. The database may be in use.',
    )
    .option('--fix', 'move what is damaged out of the way; nothing is deleted')
    .addHelpText('after', examples('cairn doctor', 'cairn doctor --db copy.db --fix', 'cairn doctor --json'))
    .action(async (options: DoctorOptions, command: Command) => {
      const { doctor } = await import('./commands/doctor.ts')
      settle(doctor(options, contextFor(command)))
    })

  program
    .command('prune')
    .summary('take old checkpoints out')
    .description(
      'Takes out the checkpoints that no rule keeps, and makes the file smaller. What one rule keeps stays. The newest ' +
        'checkpoint of each branch, where branches part, and what waits for an answer always stay. Runs may go on meanwhile.',
    )
    .option('--keep-last <count>', 'keep so many of the newest of each branch', positiveInteger)
    .option('--max-age <duration>', 'keep what is not older: 90s, 15m, 12h, 30d, 8w')
    .option('--keep-every <count>', 'keep the first of every so many supersteps', positiveInteger)
    .option('--pin <checkpoint>', 'keep the checkpoint with this id; may be repeated', collect)
    .option('--thread <id>', 'only this thread')
    .option('--tag <tag>', 'only threads with this tag')
    .option('--save', 'keep the rules in the database: for the thread, the tag, or every thread')
    .option('--forget', 'forget the rules that are kept for the thread, the tag, or every thread')
    .option('--dry-run', 'only say what would go')
    .option('--vacuum', 'write the whole file anew, which a file of an earlier release needs once to shrink')
    .addHelpText(
      'after',
      examples(
        'cairn prune --keep-last 20 --max-age 30d --dry-run',
        'cairn prune --keep-last 5 --tag trial --save',
        'cairn prune',
      ),
    )
    .action(async (options: PruneOptions, command: Command) => {
      const { prune } = await import('./commands/prune.ts')
      settle(await prune(options, contextFor(command)))
    })

  program
    .command('erase')
    .summary('erase threads, or a text, for good')
    .description(
      'Erases threads, or a text wherever it stands in values, tasks, metadata and memories, forks and history ' +
        'included. No byte of it is left in the file or its log. Backups and exports are not touched.',
    )
    .option('--thread <id>', 'this thread; with --text, only in this thread')
    .option('--tag <tag>', 'the threads with this tag')
    .option('--metadata <key=value>', 'the threads with this metadata; may be repeated', collect)
    .option('--text <text>', 'this text; may be repeated', collect)
    .option('--yes', 'do it: it cannot be undone')
    .addHelpText(
      'after',
      examples(
        'cairn erase --thread t1 --yes',
        'cairn erase --metadata user=ann --yes',
        'cairn erase --text ann@example.org --yes',
      ),
    )
    .action(async (options: EraseOptions, command: Command) => {
      const { erase } = await import('./commands/erase.ts')
      settle(await erase(options, contextFor(command)))
    })

  program
    .command('rotate-key')
    .summary('encrypt everything with the current key')
    .description(
      'Encrypts every row that has another key, or none, with the current key of the file of keys. Runs may go on ' +
        'meanwhile, if they have been given both keys. A current key of null takes encryption away.',
    )
    .addHelpText('after', examples('cairn rotate-key --key-file keys.json'))
    .action(async (_options: unknown, command: Command) => {
      const { rotateKey } = await import('./commands/rotate-key.ts')
      settle(await rotateKey(contextFor(command)))
    })

  return program
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

const statuses: readonly ThreadStatus[] = ['finished', 'interrupted', 'failed', 'stopped']

function collectStatus(text: string, previous: readonly ThreadStatus[] = []): ThreadStatus[] {
  const status = statuses.find((name) => name === text)
  if (status === undefined) throw new InvalidArgumentError(`It must be one of ${statuses.join(', ')}.`)
  return [...previous, status]
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 on.')
  return Number(text)
}

/** Commander's own messages begin with `error: ` and may have a second line with the nearest name. */
function usageError(error: CommanderError, program: Command, words: readonly string[]): CliError {
  const command = program.commands.find(
    (candidate) => candidate.name() === words.find((word) => !word.startsWith('-')),
  )
  const isWithoutCommand = error.code === 'commander.help'
  const message = isWithoutCommand ? 'no command was given' : error.message.replace(/^error: /, '')
  const [first = '', ...rest] = message.split('\n')
  return new CliError({
    code: 'USAGE',
    exitCode: ExitCode.usage,
    message: `${first.charAt(0).toUpperCase()}${first.slice(1)}${/[.?]$/.test(first) ? '' : '.'}`,
    remedies: [
      ...rest.map((line) => line.replace(/^\((.*)\)$/, '$1')),
      ...(error.code === 'commander.missingMandatoryOptionValue'
        ? misspeltOptions(program, command, words)
        : []),
      `To see what can be given: cairn ${command === undefined ? '' : `${command.name()} `}--help`,
    ],
  })
}

/** What is missing may have been given under another name. */
function misspeltOptions(program: Command, command: Command | undefined, words: readonly string[]): string[] {
  const known = [...program.options, ...(command?.options ?? [])].flatMap(({ long }) => long ?? [])
  return words.flatMap((word) => {
    const [name] = word.split('=') as [string]
    if (!name.startsWith('--') || known.includes(name)) return []
    const near = nearestNames(name, known)
    return near.length === 0 ? [] : [`Did you mean ${near.join(' or ')} instead of ${name}?`]
  })
}

function packageVersion(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { version: string }).version
}
