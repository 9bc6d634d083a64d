import { createHash } from 'node:crypto'
import type { StoredCheckpoint } from '@cairn/engine'
import { SqliteStore } from '@cairn/sqlite'
import { line, superstep } from './commits.ts'
import { temporaryPath } from './temporary-directory.ts'

export interface Sound {
  readonly path: string
  /** All that the file holds. */
  readonly checkpoints: readonly StoredCheckpoint[]
}

interface Message {
  readonly id: number
  readonly text: string
}

/** A closed store with short and long values, a list and a record that are stored in parts, and a thread beside. */
export async function soundStore(): Promise<Sound> {
  const path = temporaryPath()
  const store = SqliteStore.open(path)
  const messages: Message[] = Array.from({ length: 60 }, (_, id) => message(id, 0))
  for (let number = 0; number < 40; number++) {
    messages.push(message(60 + number, 0))
    messages[number] = message(number, number)
    const pages = Object.fromEntries(
      Array.from({ length: 20 }, (_, page) => [`page ${page}`, text(page, number)]),
    )
    const shape = { hash: hashOf('{}'), text: '{}' }
    const { checkpoint, ...commit } = superstep(number, {
      messages: [...messages],
      pages,
      text: text(number, 0),
    })
    await store.commit({ ...commit, checkpoint: { ...checkpoint!, shape } })
  }
  const checkpoints = [...store.list(line)].map((checkpoint) => ({ ...checkpoint }))
  store.close()
  return { path, checkpoints }
}

export const hashOf = (given: string): string => createHash('sha256').update(given).digest('hex')

function message(id: number, edition: number): Message {
  return { id, text: text(id, edition) }
}

function text(number: number, edition: number): string {
  return `${number} in edition ${edition} `.repeat(30)
}
