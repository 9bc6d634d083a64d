import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { subjectWords } from '../corpus/words.ts'

/** Where one tour keeps its files; paths are relative to the current directory. */
export interface Workspace {
  readonly directory: string
  readonly database: string
  readonly ledger: string
  readonly thread: string
}

/** Makes the next free directory of `.cairn/tour-1`, `.cairn/tour-2` and so on in the current directory. */
export function openWorkspace(question: string): Workspace {
  mkdirSync('.cairn', { recursive: true })
  const directory = freeDirectory(1)
  return {
    directory,
    database: join(directory, 'threads.db'),
    ledger: join(directory, 'searches.jsonl'),
    thread: subjectWords(question).join('-').slice(0, 40) || 'question',
  }
}

/** The files of the reports that were written. */
export function reportsIn({ directory }: Workspace): string[] {
  return readdirSync(directory).filter((name) => name.endsWith('.md'))
}

function freeDirectory(number: number): string {
  const directory = join('.cairn', `tour-${number}`)
  try {
    mkdirSync(directory)
    return directory
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return freeDirectory(number + 1)
  }
}
