import { SqliteMemory, type SqliteMemoryOptions } from '@cairn/sqlite'
import { onTestFinished } from 'vitest'

/** A memory that is closed when the test is over; by default one that keeps nothing on disk. */
export function openMemory(options: SqliteMemoryOptions = {}, path = ':memory:'): SqliteMemory {
  const memory = SqliteMemory.open(path, options)
  onTestFinished(() => memory.close())
  return memory
}
