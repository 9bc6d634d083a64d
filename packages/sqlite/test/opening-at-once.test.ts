import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nextMessage, startProcess } from './child-process.ts'
import { openStore } from './open-store.ts'
import { temporaryDirectory } from './temporary-directory.ts'

test('two processes that make the same new store at the same moment both get it', async () => {
  const directory = temporaryDirectory()
  const children = [startProcess('opening-process.ts'), startProcess('opening-process.ts')]
  await Promise.all(children.map(nextMessage))
  for (let number = 0; number < 30; number++) {
    const path = join(directory, `${number}.db`)
    const closed = children.map(nextMessage)
    for (const child of children) child.send(path)
    expect(await Promise.all(closed)).toEqual(['closed', 'closed'])
    const threads = [...openStore(path).list({})].map(({ line }) => line.threadId)
    expect(threads.toSorted()).toEqual(children.map(({ pid }) => `${pid}`).toSorted())
  }
})
