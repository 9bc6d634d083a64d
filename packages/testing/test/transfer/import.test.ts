import { beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '@cairn/engine'
import { MemoryStore } from '@cairn/engine/memory-store'
import { exportThreads, importThreads, type ImportOptions } from '@cairn/engine/transfer'
import { checkpointAt, checkpointId, line, writesOf } from '../../src/store-conformance/samples.ts'

let exported: string
let lines: readonly string[]

beforeEach(async () => {
  const store = new MemoryStore()
  for (const threadId of ['one', 'two']) {
    const at = { threadId, namespace: '' }
    const writes = [writesOf('task', [['list', [2]]])]
    store.commit({ line: at, writes, checkpoint: checkpointAt(0, { changed: { list: [1] } }) })
    const checkpoint = checkpointAt(1, { parentId: checkpointId(0), changed: { list: [1, 2] } })
    store.commit({ line: at, writes: [], checkpoint })
  }
  exported = await textOf(store)
  lines = exported.trimEnd().split('\n')
})

test('an export is lines of JSON that a person can read', () => {
  expect(lines.slice(0, 7)).toEqual([
    '{"type":"cairn-export","version":1}',
    '{"type":"thread","id":"one"}',
    '{"type":"line","namespace":""}',
    '{"type":"checkpoint","id":"1ef00000-0000-6000-8000-000000000000","parent":null,"createdAt":"2024-01-01T00:00:00.000Z","metadata":{"source":"loop","step":0,"parents":{}},"versions":{},"seen":{},"values":{"list":{"set":[1]}}}',
    '{"type":"writes","task":"task","path":"~task","writes":[["list",[2]]]}',
    '{"type":"checkpoint","id":"1ef00001-0000-6000-8000-000000000000","parent":"1ef00000-0000-6000-8000-000000000000","createdAt":"2024-01-01T00:00:00.001Z","metadata":{"source":"loop","step":1,"parents":{}},"versions":{},"seen":{},"values":{"list":{"splice":[1,0,[2]]}}}',
    expect.stringMatching(/^\{"type":"thread-end","checkpoints":2,"writes":1,"sha256":"[0-9a-f]{64}"\}$/),
  ])
  expect(lines.at(-1)).toBe('{"type":"end","threads":2}')
})

describe('an import', () => {
  test('takes text in pieces of any size, as text or bytes, with either line end', async () => {
    const bytes = Buffer.from(exported.replaceAll('"one"', '"öñé 🧭"').replaceAll('\n', '\r\n'))
    const pieces = Array.from(bytes, (byte) => new Uint8Array([byte]))
    const whole = await importThreads(new MemoryStore(), [exported.trimEnd()])
    expect(whole.map(({ id }) => id)).toEqual(['one', 'two'])
    // Its sum is not right, as the name was changed: all of it was read up to there.
    await expect(importThreads(new MemoryStore(), pieces)).rejects.toThrow(
      'the lines of thread "öñé 🧭" are not those',
    )
  })

  test('says what it did', async () => {
    const store = new MemoryStore()
    expect(await importThreads(store, [exported])).toEqual([
      { id: 'one', exportedAs: 'one', outcome: 'added', checkpoints: 2, writes: 1 },
      { id: 'two', exportedAs: 'two', outcome: 'added', checkpoints: 2, writes: 1 },
    ])
  })

  test('takes only the threads that are wanted, under new ids', async () => {
    const store = new MemoryStore()
    const options: ImportOptions = { threads: ['two'], newId: (id) => `old-${id}` }
    expect(await importThreads(store, [exported], options)).toMatchObject([
      { id: 'old-two', exportedAs: 'two' },
    ])
    expect(threadsIn(store)).toEqual(['old-two'])
  })

  test('hands on what people said about a thread', async () => {
    const source = new MemoryStore()
    source.commit({ line, writes: [], checkpoint: checkpointAt(0) })
    const labels = { tags: ['vip'], metadata: { user: 'ada', plan: { seats: 3 } } }
    const text = await textOf(source, { labelsOf: () => labels })
    const set: unknown[] = []
    await importThreads(new MemoryStore(), [text], {
      newId: () => 'new',
      setLabels: (threadId, given) => void set.push([threadId, given]),
    })
    expect(set).toEqual([['new', labels]])
  })

  test('of a thread that is there already fails, and leaves it as it is', async () => {
    const store = new MemoryStore()
    put(store, 'two')
    const importing = importThreads(store, [exported])
    await expect(importing).rejects.toMatchObject({
      code: 'THREAD_EXISTS',
      threadId: 'two',
      imported: ['one'],
    })
    await expect(importing).rejects.toThrow(
      'The store has a thread "two" already, which was left as it is. Import it under another id ("newId"), ' +
        'or say with "onConflict" whether to skip, replace or rename it. Imported before it: "one".',
    )
    expect(store.load({ threadId: 'two', namespace: '' })!.values).toEqual({ mine: true })
  })

  test('skips a thread that is there already, when told to', async () => {
    const store = new MemoryStore()
    put(store, 'one')
    const imported = await importThreads(store, [exported], { onConflict: 'skip' })
    expect(imported.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['one', 'skipped'],
      ['two', 'added'],
    ])
    expect(store.load({ threadId: 'one', namespace: '' })!.values).toEqual({ mine: true })
  })

  test('renames a thread whose id is taken, when told to', async () => {
    const store = new MemoryStore()
    put(store, 'one')
    put(store, 'one-2')
    const imported = await importThreads(store, [exported], { onConflict: 'rename' })
    expect(imported.map(({ id }) => id)).toEqual(['one-3', 'two'])
    expect(store.load({ threadId: 'one-3', namespace: '' })!.values).toEqual({ list: [1, 2] })
  })

  test('replaces a thread, when told to, once the new one is complete', async () => {
    const store = new MemoryStore()
    put(store, 'one')
    put(store, 'one (importing)') // what an import that was killed has left
    await expect(
      importThreads(store, [lines.slice(0, 5).join('\n')], { onConflict: 'replace' }),
    ).rejects.toThrow('The export stops here')
    expect(store.load({ threadId: 'one', namespace: '' })!.values).toEqual({ mine: true })
    const imported = await importThreads(store, [exported], { onConflict: 'replace' })
    expect(imported.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['one', 'replaced'],
      ['two', 'added'],
    ])
    expect(await textOf(store)).toBe(exported)
  })

  test('refuses an option that means nothing', async () => {
    const options = { onConflict: 'merge' } as unknown as ImportOptions
    await expect(importThreads(new MemoryStore(), [exported], options)).rejects.toThrow(
      '"onConflict" is "merge", but must be "fail", "skip", "replace" or "rename".',
    )
  })
})

describe('an export that is not whole', () => {
  test('is noticed wherever it ends; only threads that are complete are kept', async () => {
    for (let length = 0; length < lines.length; length++) {
      const store = new MemoryStore()
      const importing = importThreads(store, [lines.slice(0, length).join('\n')])
      // oxlint-disable-next-line no-await-in-loop -- each has a store of its own
      await expect(importing).rejects.toMatchObject({ code: 'EXPORT_TRUNCATED' })
      expect(threadsIn(store)).toEqual(length < 7 ? [] : length < 13 ? ['one'] : ['one', 'two'])
    }
  })

  test('is noticed within a line', async () => {
    const importing = importThreads(new MemoryStore(), [exported.slice(0, exported.indexOf('"splice"'))])
    await expect(importing).rejects.toThrow(
      'Line 6: The export is damaged: the line is not JSON. Export the threads again. Nothing was imported.',
    )
  })

  test('says what was imported before', async () => {
    const importing = importThreads(new MemoryStore(), [lines.slice(0, 9).join('\n')])
    await expect(importing).rejects.toThrow(
      'Line 9: The export stops here, before its end. Export the threads again, or get the rest of the file. Imported before it: "one".',
    )
  })

  test('is undone when its source fails', async () => {
    const store = new MemoryStore()
    async function* failing(): AsyncGenerator<string> {
      yield `${lines.slice(0, 11).join('\n')}\n`
      throw new Error('the disk is gone')
    }
    await expect(importThreads(store, failing())).rejects.toThrow('the disk is gone')
    expect(threadsIn(store)).toEqual(['one'])
  })
})

describe('an export that is damaged', () => {
  const replaced = (from: string, to: string): string => exported.replace(from, to)
  test.each<[string, () => string, string]>([
    [
      'a value was changed',
      () => replaced('"set":[1]', '"set":[7]'),
      'the lines of thread "one" are not those that were written',
    ],
    [
      'a line is missing',
      () => lines.filter((_, index) => index !== 4).join('\n'),
      'the lines of thread "one" are not',
    ],
    [
      'a thread is missing',
      () => lines.filter((_, index) => index < 1 || index > 6).join('\n'),
      'it has 1 threads, but should have 2',
    ],
    ['a line is unknown', () => replaced('"type":"line"', '"type":"lime"'), 'it is not a line of an export'],
    ['a line is no object', () => replaced(lines[2]!, '[]'), 'it is not a line of an export'],
    ['a field is missing', () => replaced('"seen":{},', ''), '"seen" of a "checkpoint" is missing'],
    [
      'a field is of another kind',
      () => replaced('"namespace":""', '"namespace":1'),
      '"namespace" of a "line" is 1',
    ],
    [
      'an edit does not fit',
      () => replaced('"splice":[1,0,[2]]', '"splice":[9,0,[2]]'),
      'An edit with "splice" is for so long a list, but there is none',
    ],
    [
      'a parent is missing',
      () => replaced('"parent":"1ef00000', '"parent":"1ef00009'),
      'the parent 1ef00009-0000-6000-8000-000000000000 does not stand before its child',
    ],
    [
      'a thread has no line',
      () => lines.filter((_, index) => index !== 2).join('\n'),
      'a checkpoint stands before any "line"',
    ],
    [
      'a thread stands in another',
      () => lines.filter((_, index) => index !== 6).join('\n'),
      'a "thread" stands within a thread',
    ],
    [
      'something is outside of threads',
      () => lines.filter((_, index) => index !== 1).join('\n'),
      'a "line" stands outside of any thread',
    ],
    ['something follows', () => `${exported}{"type":"end","threads":2}`, 'something stands behind its end'],
  ])('is noticed: %s', async (_, text, message) => {
    const importing = importThreads(new MemoryStore(), [text()])
    await expect(importing).rejects.toMatchObject({ code: 'EXPORT_INVALID' })
    await expect(importing).rejects.toThrow(message)
  })

  test.each(['', 'hello', '{}', '{"type":"thread","id":"one"}'])(
    'is noticed when it is none at all: %s',
    async (text) => {
      await expect(importThreads(new MemoryStore(), [`${text}\n`])).rejects.toThrow(
        'Line 1: This is not an export of threads. Its first line has to be {"type":"cairn-export","version":1}. Nothing was imported.',
      )
    },
  )

  test('of a newer version is told from a damaged one', async () => {
    const newer = replaced('"version":1', '"version":2')
    await expect(importThreads(new MemoryStore(), [newer])).rejects.toMatchObject({ code: 'EXPORT_NEWER' })
  })

  test('with a value that the codec does not know is refused, and the thread undone', async () => {
    const store = new MemoryStore()
    const instance = { $cairn: { $instance: ['ship', {}] } }
    const foreign = replaced('"set":[1]', `"set":${JSON.stringify(instance)}`)
    const importing = importThreads(store, [foreign])
    await expect(importing).rejects.toMatchObject({ code: 'EXPORT_INVALID', line: 4 })
    await expect(importing).rejects.toThrow(/The value of "list" cannot be read: .*ship/)
    expect(threadsIn(store)).toEqual([])
  })

  test('with bytes that are no text is refused', async () => {
    const bytes = Buffer.from(exported, 'latin1')
    bytes[50] = 0xff
    await expect(importThreads(new MemoryStore(), [bytes])).rejects.toMatchObject({ code: 'EXPORT_INVALID' })
  })
})

test('an export leaves out threads that are not there', async () => {
  const store = new MemoryStore()
  put(store, 'here')
  const text = await textOf(store, { threads: ['there', 'here'] })
  expect(text).toContain('{"type":"thread","id":"here"}')
  expect(text.endsWith('{"type":"end","threads":1}\n')).toBe(true)
})

test('a store that answers later takes an import, and its refusals end it', async () => {
  const inner = new MemoryStore()
  let commits = 0
  let failing = Infinity
  const store: Store = {
    load: async (from, id) => inner.load(from, id),
    async commit(commit) {
      if (++commits >= failing) throw new Error('no room')
      inner.commit(commit)
    },
    list: (query) => inner.list(query),
    deleteThread: async (threadId) => inner.deleteThread(threadId),
  }
  expect(await importThreads(store, [exported])).toHaveLength(2)
  expect(await textOf(inner)).toBe(exported)
  failing = commits + 2
  await expect(importThreads(store, [exported], { newId: (id) => `new-${id}` })).rejects.toThrow('no room')
  expect(await textOf(inner)).toBe(exported)
})

function put(store: MemoryStore, threadId: string): void {
  store.commit({
    line: { threadId, namespace: '' },
    writes: [],
    checkpoint: checkpointAt(0, { changed: { mine: true } }),
  })
}

function threadsIn(store: MemoryStore): string[] {
  return [...new Set([...store.list({})].map(({ line: { threadId } }) => threadId))].toSorted()
}

async function textOf(store: Store, options = {}): Promise<string> {
  const parts: string[] = []
  for await (const text of exportThreads(store, options)) parts.push(text)
  return parts.join('')
}
