import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import {
  CrashingProgram,
  type Execution,
  type Instant,
  type Kill,
  Ledger,
  type ProgramEnd,
  ledgerFaults,
  recordedTasks,
} from '@cairn/testing/crash'
import { type BundledProgram, bundleProgram } from './bundle-program.ts'
import { drive } from './drive.ts'
import type { Job } from './job.ts'
import type { Setting, ThreadFiles } from './open-thread.ts'
import {
  type Outcome,
  mayLagBehind,
  outcomeFaults,
  outcomeOf,
  reachable,
  storageFaults,
  storedThread,
  withThread,
} from './outcome.ts'
import { type Story, describeStory } from './story.ts'

export interface StoryEnd {
  /** What was recorded when each of its processes was killed; the others came to the end before their instant. */
  readonly kills: readonly (readonly string[])[]
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

/** Runs threads in processes and files of its own. */
export class CrashLab {
  readonly #bundle: BundledProgram
  readonly #program: CrashingProgram
  readonly #directory = mkdtempSync(join(tmpdir(), 'cairn-crash-'))
  readonly #references = new Map<string, Promise<Reference>>()

  static async open(): Promise<CrashLab> {
    return new CrashLab(await bundleProgram('program.ts'))
  }

  private constructor(bundle: BundledProgram) {
    this.#bundle = bundle
    this.#program = new CrashingProgram({ file: bundle.file })
  }

  /** Kills what still runs, and removes all files. */
  close(): void {
    this.#program.close()
    this.#bundle.remove()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** Files for a thread, in a directory of their own. */
  newThread(threadId: string): ThreadFiles & { readonly directory: string } {
    const directory = mkdtempSync(join(this.#directory, 'thread-'))
    const [database, ledger] = [join(directory, 'threads.db'), join(directory, 'ledger.jsonl')]
    return { directory, database, ledger, threadId }
  }

  /** Does the job in a process, until that is killed at its instant. */
  run(
    setting: Setting,
    { database, ledger, threadId }: ThreadFiles,
    instant?: Instant,
    job: Job = { kind: 'drive' },
  ): Promise<ProgramEnd> {
    const given = [setting, { database, ledger, threadId }, job]
    return this.#program.run(
      given.map((each) => JSON.stringify(each)),
      instant,
    )
  }

  /** What a process leaves that nobody kills. For that it is all one when it waits for what. */
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
    try {
      for (const instant of instants) {
        const { kind } = await this.run(setting, files, instant)
        faults.push(...(await storageFaults(setting, files)))
        if (kind === 'finished') break
        const thread = reachable(setting, await storedThread(setting, files))
        kills.push({ ledgerLength: ledger.read().length, thread })
      }
      if (last === 'process') await this.run(setting, files)
      else await withThread(setting, files, drive)
      faults.push(
        ...(await storageFaults(setting, files)),
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
    rmSync(files.directory, { recursive: true, force: true })
    return { kills: kills.map(({ thread }) => recordedTasks(thread)), faults }
  }

  async #runReference(setting: Setting): Promise<Reference> {
    const files = this.newThread(setting.shape)
    const { points } = await this.run(setting, files)
    const outcome = await outcomeOf(setting, files)
    return { points, outcome, ledger: new Ledger(files.ledger).read() }
  }
}
