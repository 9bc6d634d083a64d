// Housekeeping in one process, while others run the threads.
import { Housekeeper, SqliteStore } from '@cairn/sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { nextMessage, startProcess } from '../child-process.ts'
import { line } from '../commits.ts'
import { temporaryPath } from '../temporary-directory.ts'

function openHousekeeper(path: string): Housekeeper {
  const housekeeper = Housekeeper.open(path)
  onTestFinished(() => housekeeper.close())
  return housekeeper
}

test('a thread is pruned again and again while another process runs it', async () => {
  const path = temporaryPath()
  const housekeeper = openHousekeeper(path)
  const child = startProcess('housekeeping/committing-process.ts')
  expect(await nextMessage(child)).toBe('ready')
  child.send({ path, count: 400 })
  const state = { message: undefined as unknown }
  child.once('message', (message) => (state.message = message))
  child.once('exit', () => (state.message ??= 'exit'))
  let removed = 0
  while (state.message === undefined) {
    removed += (await housekeeper.prune({ policy: { keepLast: 4 } })).removed
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(state.message).toBe('done')
  removed += (await housekeeper.prune({ policy: { keepLast: 4 } })).removed
  expect(removed).toBe(396)
  const store = SqliteStore.open(path)
  const left = [...store.list({})].map(({ id }) => store.load(line, id)!)
  store.close()
  expect(left.map(({ metadata }) => metadata.step)).toEqual([399, 398, 397, 396])
  for (const { metadata, values } of left) {
    expect(values['messages']).toEqual(
      Array.from({ length: metadata.step + 1 }, (_, number) => `message ${number} `.repeat(30)),
    )
  }
})
