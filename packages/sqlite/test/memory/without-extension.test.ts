// A machine on which the optional package `sqlite-vec` is not installed.
import { expect, test, vi } from 'vitest'
import { SqliteMemory, VectorExtensionError } from '@cairn/sqlite'
import { openMemory } from './open-memory.ts'

vi.mock('../../src/memory/load-sqlite-vec.ts', () => ({
  loadSqliteVec: () => {
    throw new Error("Cannot find module 'sqlite-vec'")
  },
}))

const index = {
  dims: 2,
  embeddings: (texts: string[]) => texts.map((text) => [text.length, 1]),
  fields: ['text'],
}

test('a memory searches without the extension', async () => {
  const memory = openMemory({ index })
  expect(memory.vectorEngine).toBe('javascript')
  await memory.put(['n'], 'long', { text: 'a long text' })
  await memory.put(['n'], 'short', { text: 'a' })
  expect((await memory.search([], { query: 'b' })).map(({ key }) => key)).toEqual(['short', 'long'])
})

test('to ask for the extension is an error that says why there is none', () => {
  const open = () => SqliteMemory.open(':memory:', { index: { ...index, engine: 'sqlite-vec' } })
  expect(open).toThrow(VectorExtensionError)
  expect(open).toThrow(
    'The extension sqlite-vec cannot be loaded: Cannot find module \'sqlite-vec\'. Install the package "sqlite-vec", or leave out "index.engine": the same results come without it, later.',
  )
})
