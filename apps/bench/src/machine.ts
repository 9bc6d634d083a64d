import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMastraInstalled, mastraFolder } from './engines/mastra.ts'

/** What the figures depend on besides the code. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly node: string
  readonly platform: string
  /** Processes that wanted a core, on the average of the last minute: before anything was measured, ideally 0. */
  readonly load: number
  /** package → version; a package that is not there has none. */
  readonly versions: Readonly<Record<string, string | undefined>>
}

/** Packages whose versions the report names. */
const packages = [
  '@cairn/graph',
  '@cairn/sqlite',
  '@langchain/langgraph',
  '@langchain/core',
  '@langchain/langgraph-checkpoint-sqlite',
  'xstate',
  'better-sqlite3',
]

/** Reads this machine and the installed engines. */
export function readMachine(): Machine {
  const processors = cpus()
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    load: loadavg()[0] ?? 0,
    versions: {
      ...Object.fromEntries(packages.map((name) => [name, installedVersion(name)])),
      '@mastra/core': isMastraInstalled() ? mastraVersion() : undefined,
    },
  }
}

function installedVersion(name: string): string | undefined {
  // Packages need not export their package.json, so it is looked for above their entry.
  let folder = dirname(fileURLToPath(import.meta.resolve(name)))
  while (folder !== dirname(folder)) {
    const found = packageAt(folder)
    if (found?.name === name) return found.version
    folder = dirname(folder)
  }
  return undefined
}

function mastraVersion(): string | undefined {
  return packageAt(fileURLToPath(new URL('node_modules/@mastra/core', mastraFolder)))?.version
}

function packageAt(folder: string): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name?: string
      version?: string
    }
  } catch {
    return undefined
  }
}
