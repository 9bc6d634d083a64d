// Runs a thread: commits superstep after superstep, and says when it is done.
import { SqliteStore } from '@cairn/sqlite'
import { line, superstep } from '../commits.ts'

process.once('message', ({ path, count }: { path: string; count: number }) => {
  void run(path, count).then(
    () => process.send!('done', () => process.disconnect()),
    (error: unknown) => process.send!(String(error), () => process.disconnect()),
  )
})
process.send!('ready')

async function run(path: string, count: number): Promise<void> {
  const store = SqliteStore.open(path)
  const messages = [...((store.load(line)?.values['messages'] as string[] | undefined) ?? [])]
  const first = (store.load(line)?.metadata.step ?? -1) + 1
  for (let number = first; number < first + count; number++) {
    messages.push(`message ${number} `.repeat(30))
    await store.commit(superstep(number, { messages: [...messages] }))
    // Once in a while it looks back, as somebody who time-travels does.
    if (number % 20 === 0) for (const { values } of store.list({ limit: 2 })) void values
    await new Promise((resolve) => setImmediate(resolve))
  }
  store.close()
}
