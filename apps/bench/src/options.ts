import { parseArgs } from 'node:util'
import { engineNames, type EngineName } from './engine.ts'
import { catalog, chooseWorkloads } from './workloads/catalog.ts'
import type { Workload } from './workload.ts'

export interface BenchOptions {
  readonly workloads: readonly Workload[]
  readonly engines: readonly EngineName[]
  readonly runs: number
  /** Whether everything is measured, so that RESULTS.md may be replaced. */
  readonly isComplete: boolean
  readonly isJson: boolean
  /** Install Mastra first. */
  readonly withMastra: boolean
  readonly isHelp: boolean
}

/** What was asked for cannot be done; the message is all there is to say. */
export class OptionError extends Error {
  readonly code = 'BAD_OPTION'

  constructor(message: string) {
    super(message)
    this.name = 'OptionError'
  }
}

export const usage = `\
npm run bench -- [options]

  --only NAMES     workloads, by id or by its beginning: loop, loop-sync-none, fan-out
  --engines NAMES  engines: ${engineNames.join(', ')}
  --runs N         samples of each pair, 5 by default
  --with mastra    install Mastra beside the workspace (about 300 MB) and measure it too; later runs find it there
  --json           print the figures as JSON
  --help           print this

Names are separated by commas. Without --only and --engines, RESULTS.md is written anew.
Workloads: ${catalog.map(({ id }) => id).join(', ')}`

/** @throws {OptionError} when there is no such option, or its value is not one of those it can have. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parsed(args)
  const only = names(values.only)
  for (const name of only) {
    if (chooseWorkloads([name]).length === 0)
      throw new OptionError(
        `--only: there is no workload "${name}". There are: ${catalog.map(({ id }) => id).join(', ')}.`,
      )
  }
  const engines = names(values.engines).map(engineNamed)
  const extras = names(values.with)
  const unknown = extras.find((name) => name !== 'mastra')
  if (unknown !== undefined) throw new OptionError(`--with takes "mastra", and got "${unknown}".`)
  return {
    workloads: chooseWorkloads(only),
    engines: engines.length > 0 ? engines : engineNames,
    runs: positiveInteger(values.runs),
    isComplete: only.length === 0 && engines.length === 0,
    isJson: values.json,
    withMastra: extras.includes('mastra'),
    isHelp: values.help,
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        engines: { type: 'string', multiple: true, default: [] },
        runs: { type: 'string', default: '5' },
        with: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error))
  }
}

function names(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).filter((name) => name !== '')
}

function engineNamed(name: string): EngineName {
  const engine = engineNames.find((each) => each === name)
  if (engine !== undefined) return engine
  throw new OptionError(`--engines: there is no engine "${name}". There are: ${engineNames.join(', ')}.`)
}

function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new OptionError(`--runs takes a whole number from 1 up, and got "${text}".`)
}
