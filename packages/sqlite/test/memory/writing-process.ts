// Writes to the memory whose path it is sent: batches of five items of its own, and one that all writers share.
import { SqliteMemory } from '@cairn/sqlite'

process.on('message', ({ path, writer, batches }: { path: string; writer: number; batches: number }) => {
  void write(path, writer, batches)
})
process.send!('ready')

async function write(path: string, writer: number, batches: number): Promise<void> {
  const memory = SqliteMemory.open(path)
  for (let batch = 0; batch < batches; batch++) {
    await memory.batch([
      ...Array.from({ length: 5 }, (_, item) => ({
        namespace: ['shared'],
        key: `${writer}-${batch}-${item}`,
        value: { batch, item },
      })),
      { namespace: ['own', `${writer}`], key: 'last', value: { batch } },
      { namespace: ['last'], key: 'last', value: { batch } },
    ])
    if (batch === 50) process.send!('began')
    // Lets messages go out.
    if (batch % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  memory.close()
  process.send!('done')
}
