import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import { STORE } from '@cairn/checkpoint'
import {
  CrashingProgram,
  type Execution,
  type Instant,
  type Kill,
  Ledger,
  type StoredThread,
  describeInstant,
  ledgerFaults,
  lineFaults,
  readThread,
  recordedTasks,
} from '@cairn/testing/crash'
import { type BundledProgram, bundleProgram } from './bundle-program.ts'
import { differences } from './differences.ts'
import { drive } from './drive.ts'
import { type Setting, type ThreadFiles, openThread } from './open-thread.ts'

/** What happens to a thread until it has come to its end. */
export interface Story {
  readonly setting: Setting
  /** One process after the other goes on with the thread, and is killed. */
  readonly instants: readonly Instant[]
  /** Who brings it to its end: this process, or one more. */
  readonly last: 'here' | 'process'
}

export interface StoryEnd {
  /** How many of its processes were killed; the others came to the end before their instant. */
  readonly kills: number
  /** What is not as in the run that was not killed, in words, each with the story. */
  readonly faults: readonly string[]
}

/** What a run that is not killed leaves. */
export interface Reference {
  /** Names of the points that it passes, in their order. */
  readonly points: readonly string[]
  readonly outcome: Outcome
  readonly ledger: readonly Execution[]
}

interface Outcome {
  readonly values: unknown
  readonly recorded: readonly string[]
}

/** Runs stories in processes and files of its own. */
export class CrashLab {
  readonly program: CrashingProgram
  readonly #bundle: BundledProgram
  readonly #directory = mkdtempSync(join(tmpdir(), 'cairn-crash-'))
  readonly #references = new Map<string, Promise<Reference>>()

  static async open(): Promise<CrashLab> {
    return new CrashLab(await bundleProgram('program.ts'))
  }

  private constructor(bundle: BundledProgram) {
    this.#bundle = bundle
    this.program = new CrashingProgram({ file: bundle.file })
  }

  /** Kills what still runs, and removes all files. */
  close(): void {
    this.program.close()
    this.#bundle.remove()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** Files for a thread, in a directory of their own. */
  newThread(threadId: string): ThreadFiles & { remove(): void } {
    const directory = mkdtempSync(join(this.#directory, 'thread-'))
    return {
      database: join(directory, 'threads.db'),
      ledger: join(directory, 'ledger.jsonl'),
      threadId,
      remove: () => rmSync(directory, { recursive: true, force: true }),
    }
  }

  /** What the same process leaves when nobody kills it. For that it is all one when it waits for what. */
  reference(setting: Setting): Promise<Reference> {
    const key = `${setting.shape}, ${setting.through}`
    const known = this.#references.get(key)
    if (known !== undefined) return known
    const reference = this.#runReference(setting)
    this.#references.set(key, reference)
    return reference
  }

  async tell(story: Story): Promise<StoryEnd> {
    const { kills, faults } = await this.#tell(story)
    return { kills, faults: faults.map((fault) => `${describeStory(story)}: ${fault}`) }
  }

  async #tell({ setting, instants, last }: Story): Promise<StoryEnd> {
    const reference = await this.reference(setting)
    const files = this.newThread(setting.shape)
    const ledger = new Ledger(files.ledger)
    const kills: Kill[] = []
    const faults: string[] = []
    for (const instant of instants) {
      const { kind } = await this.program.run(argumentsFor(setting, files), instant)
      faults.push(...integrityFaults(files.database))
      if (kind === 'finished') break
      const thread = await storedThread(setting, files)
      faults.push(...lineFaults(thread))
      kills.push({ ledgerLength: ledger.read().length, thread })
    }
    try {
      if (last === 'process') await this.program.run(argumentsFor(setting, files))
      else await finish(setting, files)
      faults.push(
        ...integrityFaults(files.database),
        ...lineFaults(await storedThread(setting, files)),
        ...ledgerFaults({
          ledger: ledger.read(),
          kills,
          expected: reference.ledger,
          keepsAtOnce: !mayLagBehind(setting),
        }),
        ...outcomeFaults(reference.outcome, await outcomeOf(setting, files)),
      )
    } catch (error) {
      faults.push(`cannot go on: ${inspect(error)}`)
    }
    files.remove()
    return { kills: kills.length, faults }
  }

  async #runReference(setting: Setting): Promise<Reference> {
    const files = this.newThread(setting.shape)
    const { points } = await this.program.run(argumentsFor(setting, files))
    const reference = {
      points,
      outcome: await outcomeOf(setting, files),
      ledger: new Ledger(files.ledger).read(),
    }
    files.remove()
    return reference
  }
}

/** A story as people read it. */
function describeStory({ setting, instants, last }: Story): string {
  const how = `${setting.shape}, ${setting.durability}, through the ${setting.through}, fsync ${setting.fsync}`
  return `${how}: killed ${instants.map(describeInstant).join(', then ')}; ended ${last === 'here' ? 'here' : 'in a process'}`
}

function argumentsFor(setting: Setting, files: ThreadFiles): string[] {
  const { database, ledger, threadId } = files
  return [setting, { database, ledger, threadId }].map((given) => JSON.stringify(given))
}

async function finish(setting: Setting, files: ThreadFiles): Promise<void> {
  const { graph, shape, config, notes, saver } = openThread(setting, files)
  try {
    await drive(graph, shape, config, notes)
  } finally {
    saver.close()
  }
}

async function outcomeOf(setting: Setting, files: ThreadFiles): Promise<Outcome> {
  const { graph, config, saver } = openThread(setting, files)
  try {
    const { values } = await graph.getState(config)
    const thread = await readThread(saver[STORE], files.threadId)
    return { values, recorded: recordedTasks(mayLagBehind(setting) ? withoutOrphans(thread) : thread) }
  } finally {
    saver.close()
  }
}

/** A run goes on while its saver, which answers with promises, still writes. */
function mayLagBehind({ durability, through }: Setting): boolean {
  return durability === 'async' && through === 'saver'
}

/** Without the lines of nested graphs whose task is unknown, because the checkpoint that it started from was lost. */
function withoutOrphans(thread: StoredThread): StoredThread {
  const known = new Set(thread.flatMap(({ writes }) => writes.map(([taskId]) => taskId)))
  return thread.filter(({ line: { namespace } }) =>
    namespace.split('|').every((part) => part === '' || known.has(part.split(':')[1]!)),
  )
}

async function storedThread(setting: Setting, files: ThreadFiles): Promise<StoredThread> {
  const { saver } = openThread(setting, files)
  try {
    return await readThread(saver[STORE], files.threadId)
  } finally {
    saver.close()
  }
}

function integrityFaults(path: string): string[] {
  const database = new Database(path)
  try {
    const found = database.pragma('integrity_check', { simple: true }) as string
    return found === 'ok' ? [] : [`integrity_check: ${found}`]
  } finally {
    database.close()
  }
}

function outcomeFaults(expected: Outcome, outcome: Outcome): string[] {
  return [
    ...(isDeepStrictEqual(outcome.values, expected.values)
      ? []
      : [`ends with ${JSON.stringify(outcome.values)} instead of ${JSON.stringify(expected.values)}`]),
    ...differences(expected.recorded, outcome.recorded),
  ]
}
