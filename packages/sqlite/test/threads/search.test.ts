import { readFileSync } from 'node:fs'
import { ERROR, INTERRUPT, type Commit } from '@cairn/engine'
import { Housekeeper, SqliteStore, type FoundThreads, type ThreadQuery } from '@cairn/sqlite'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { forgetIndex } from '../../src/threads/forget-index.ts'
import { temporaryPath } from '../temporary-directory.ts'

let path: string
let store: SqliteStore

beforeEach(() => {
  path = temporaryPath()
  store = open()
})

function open(options = {}): SqliteStore {
  const opened = SqliteStore.open(path, options)
  onTestFinished(() => opened.close())
  return opened
}

let made = 0

interface Given {
  readonly values?: Readonly<Record<string, unknown>>
  readonly versions?: Readonly<Record<string, number>>
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly writes?: readonly (readonly [channel: string, value: unknown])[]
  readonly at?: string
  readonly namespace?: string
  readonly step?: number
}

/** A checkpoint of a thread; they are newer from call to call. */
async function put(threadId: string, given: Given = {}, to = store): Promise<string> {
  const { values = {}, versions = {}, metadata = {}, writes = [], at, namespace = '', step = 1 } = given
  const id = `1ef${String(++made).padStart(5, '0')}-0000-6000-8000-000000000000`
  const commit: Commit = {
    line: { threadId, namespace },
    writes: writes.length === 0 ? [] : [{ checkpointId: id, taskId: 'task-1', taskPath: '', writes }],
    checkpoint: {
      id,
      parentId: undefined,
      createdAt: at ?? new Date(Date.UTC(2026, 0, 1) + made * 1000).toISOString(),
      metadata: { source: 'loop', step, parents: {}, ...metadata },
      versions,
      seen: {},
      changed: values,
      removed: [],
    },
  }
  await to.commit(commit)
  return id
}

async function ids(query: ThreadQuery = {}, from = store): Promise<string[]> {
  return (await from.threads.search(query)).threads.map(({ id }) => id)
}

describe('a search', () => {
  test('without a query gives all threads, those with the newest checkpoint first', async () => {
    for (const id of ['a', 'b', 'c', 'a']) await put(id)
    expect(await ids()).toEqual(['a', 'c', 'b'])
  })

  test('says how each thread stands', async () => {
    await put('t', { at: '2026-03-01T00:00:00.000Z' })
    const checkpointId = await put('t', {
      at: '2026-03-02T00:00:00.000Z',
      step: 7,
      metadata: { user: 'ada' },
      values: { 'branch:to:ask': null },
      writes: [[INTERRUPT, [{ id: 'q', value: 'Sure?' }]]],
    })
    store.threads.tag('t', 'vip')
    store.threads.setMetadata('t', { plan: 'basic' })
    expect(await store.threads.search()).toEqual({
      threads: [
        {
          id: 't',
          status: 'interrupted',
          step: 7,
          tasks: ['?'],
          next: ['?'],
          createdAt: '2026-03-01T00:00:00.000Z',
          updatedAt: '2026-03-02T00:00:00.000Z',
          checkpointId,
          tags: ['vip'],
          metadata: { plan: 'basic' },
          checkpointMetadata: { user: 'ada' },
        },
      ],
    })
  })

  test('goes by tags, all of them', async () => {
    for (const id of ['a', 'b', 'c']) await put(id)
    store.threads.tag('a', 'x', 'y')
    store.threads.tag('b', 'x')
    store.threads.tag('not begun', 'x')
    expect(await ids({ tags: ['x'] })).toEqual(['b', 'a'])
    expect(await ids({ tags: ['x', 'y'] })).toEqual(['a'])
    expect(await ids({ tags: ['z'] })).toEqual([])
    store.threads.untag('a', 'y')
    expect(await ids({ tags: ['y'] })).toEqual([])
  })

  test('goes by metadata of the thread, before those of its newest checkpoints', async () => {
    await put('a', { metadata: { user: 'ada', place: { city: 'Bern', zip: 3000 } } })
    await put('a')
    await put('b', { metadata: { user: 'ada' } })
    store.threads.setMetadata('b', { user: 'grace' })
    expect(await ids({ metadata: { user: 'ada' } })).toEqual(['a'])
    expect(await ids({ metadata: { user: 'grace' } })).toEqual(['b'])
    expect(await ids({ metadata: { place: { zip: 3000, city: 'Bern' }, user: 'ada' } })).toEqual(['a'])
    expect(await ids({ metadata: { step: 1 } })).toEqual([])
    await put('a', { metadata: { user: 'alan' } })
    expect(await ids({ metadata: { user: 'ada' } })).toEqual([])
    expect(await ids({ metadata: { user: 'alan' } })).toEqual(['a'])
  })

  test('goes by status', async () => {
    await put('finished')
    await put('interrupted', { writes: [[INTERRUPT, [{ id: 'q', value: 1 }]]] })
    await put('failed', { writes: [[ERROR, { message: 'no', name: 'Error' }]] })
    await put('stopped', { values: { 'branch:to:next': null }, versions: { 'branch:to:next': 1 } })
    expect(await ids({ status: 'finished' })).toEqual(['finished'])
    expect(await ids({ status: 'interrupted' })).toEqual(['interrupted'])
    expect(await ids({ status: ['failed', 'interrupted'] })).toEqual(['failed', 'interrupted'])
    const { threads } = await store.threads.search({ status: 'stopped' })
    expect(threads.map(({ id, next }) => [id, next])).toEqual([['stopped', ['next']]])
  })

  test('goes by the times of the first and the newest checkpoint', async () => {
    await put('old', { at: '2026-01-01T00:00:00.000Z' })
    await put('both', { at: '2026-01-15T00:00:00.000Z' })
    await put('both', { at: '2026-02-15T00:00:00.000Z' })
    await put('new', { at: '2026-03-01T00:00:00.000Z' })
    expect(await ids({ createdBefore: '2026-02-01' })).toEqual(['both', 'old'])
    expect(await ids({ updatedAfter: new Date('2026-02-01') })).toEqual(['new', 'both'])
    expect(await ids({ updatedAfter: '2026-02-15T00:00:00.000Z', updatedBefore: '2026-03-01' })).toEqual([
      'both',
    ])
    expect(await ids({ createdAfter: '2026-01-15', updatedBefore: '2026-02-15' })).toEqual([])
  })

  test('goes by words of the newest state, whatever their case and accents', async () => {
    await put('bern', { values: { notes: ['A bridge in Bern', 'over the Aare'], title: 'Rivers' } })
    await put('zurich', { values: { text: 'Bridges of ZÜRICH, over the Limmat' } })
    expect(await ids({ text: 'bridge' })).toEqual(['bern'])
    expect(await ids({ text: 'bridge*' })).toEqual(['zurich', 'bern'])
    expect(await ids({ text: 'zurich' })).toEqual(['zurich'])
    expect(await ids({ text: 'rivers aare' })).toEqual(['bern'])
    expect(await ids({ text: '"over the aare"' })).toEqual(['bern'])
    expect(await ids({ text: '"the over"' })).toEqual([])
    expect((await store.threads.search({ text: 'limmat' })).threads[0]!.match).toEqual({
      channel: 'text',
      excerpt: 'Bridges of ZÜRICH, over the Limmat',
    })
  })

  test('for words takes what was said since, and leaves what is gone', async () => {
    await put('t', { values: { notes: ['one'] } })
    expect(await ids({ text: 'one' })).toEqual(['t'])
    await put('t', { values: { notes: ['one', 'two'] } })
    expect(await ids({ text: 'one two' })).toEqual(['t'])
    await put('t', { values: { notes: ['two'] } })
    expect(await ids({ text: 'one' })).toEqual([])
    expect(await ids({ text: 'two' })).toEqual(['t'])
  })

  test('takes all conditions together, and gives pages', async () => {
    for (let number = 0; number < 25; number++) {
      await put(`t${number}`, {
        metadata: { user: number % 2 === 0 ? 'ada' : 'grace' },
        values: { text: `number ${number}` },
        at: new Date(Date.UTC(2026, 0, 1 + (number >> 2))).toISOString(),
      })
    }
    const query: ThreadQuery = {
      metadata: { user: 'ada' },
      text: 'number',
      updatedAfter: '2026-01-02',
      limit: 3,
    }
    const pages: string[][] = []
    let page: FoundThreads = { threads: [] }
    do {
      page = await store.threads.search({
        ...query,
        ...(page.cursor !== undefined && { cursor: page.cursor }),
      })
      pages.push(page.threads.map(({ id }) => id))
    } while (page.cursor !== undefined)
    expect(pages).toEqual([
      ['t24', 't22', 't20'],
      ['t18', 't16', 't14'],
      ['t12', 't10', 't8'],
      ['t6', 't4'],
    ])
  })

  test('sees what was committed before it, by this store and by others', async () => {
    await put('here')
    const other = open()
    await put('there', {}, other)
    expect(await ids()).toEqual(['there', 'here'])
    const committed = put('later')
    expect(await ids()).toContain('later')
    await committed
    await put('there', { writes: [[INTERRUPT, [{ id: 'q', value: 1 }]]] }, other)
    expect(await ids({ status: 'interrupted' })).toEqual(['there'])
    expect(await ids({ status: 'interrupted' }, other)).toEqual(['there'])
  })

  test('sees what a task writes beside a checkpoint that is there already', async () => {
    const id = await put('t')
    expect(await ids({ status: 'finished' })).toEqual(['t'])
    const writes = [
      { checkpointId: id, taskId: 'task-1', taskPath: '', writes: [[ERROR, { message: 'no' }] as const] },
    ]
    await store.commit({ line: { threadId: 't', namespace: '' }, writes })
    expect(await ids({ status: 'failed' })).toEqual(['t'])
  })

  test('leaves out nested graphs, and threads that were deleted', async () => {
    await put('t')
    await put('t', { namespace: 'inner:1', values: { text: 'nested' } })
    await put('gone', { values: { text: 'gone' } })
    store.threads.tag('gone', 'x')
    expect(await ids({ text: 'gone' })).toEqual(['gone'])
    store.deleteThread('gone')
    expect(await ids()).toEqual(['t'])
    expect(await ids({ text: 'nested' })).toEqual([])
    await put('gone')
    expect(await ids({ text: 'gone' })).toEqual([])
    expect(await ids({ tags: ['x'] })).toEqual([])
  })

  test('works on a store that may only be read, and leaves it as it is', async () => {
    await put('t', { values: { text: 'words' } })
    await ids()
    await put('u', { values: { text: 'words' } })
    store.close()
    const before = readFileSync(path)
    const reading = open({ readOnly: true })
    expect(await ids({ text: 'words' }, reading)).toEqual(['u', 't'])
    expect(() => reading.threads.tag('t', 'x')).toThrow('is read-only; nothing was written')
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test.each<[ThreadQuery, string]>([
    [{ limit: 0 }, '"limit" of a query over threads is 0. It must be a whole number from 1 on.'],
    [
      { status: 'busy' as 'failed' },
      '"status" of a query over threads is "busy". It must be "finished", "interrupted", "failed", "stopped".',
    ],
    [{ cursor: 'x' }, '"cursor" of a query over threads is "x". It must be the "cursor" of another page.'],
    [
      { updatedAfter: 'soon' },
      '"updatedAfter" of a query over threads is "soon". It must be a Date, or a text that Date.parse understands.',
    ],
    [{ tags: [''] }, '"tags" of a query over threads is "". It must be texts that are not empty.'],
    [{ metadata: { a: new Date() as never } }, 'It must be JSON data.'],
  ])('with %j is refused', async (query, message) => {
    await expect(store.threads.search(query)).rejects.toThrow(message)
  })
})

describe('the index', () => {
  test('may be deleted at any time', async () => {
    await put('t', { values: { text: 'words' } })
    expect(await ids({ text: 'words' })).toEqual(['t'])
    const database = new Database(path)
    forgetIndex(database)
    database.close()
    expect(await ids({ text: 'words' })).toEqual(['t'])
  })

  test('does not read the values of threads that did not change', async () => {
    for (const id of ['a', 'b']) await put(id, { values: { text: 'words' } })
    await ids({ text: 'words' })
    const database = new Database(path)
    // If it were read again, this would be noticed.
    database.exec("UPDATE entry SET data = 'damaged' WHERE line = 1")
    database.close()
    await put('b', { values: { text: 'other' } })
    expect(await ids({ text: 'other' })).toEqual(['b'])
    expect(await ids()).toEqual(['b', 'a'])
  })

  test('is not written by a commit', async () => {
    await put('t')
    await ids()
    const rows = new Database(path, { readonly: true })
    const signature = (): unknown => rows.prepare('SELECT signature FROM thread_index').pluck().get()
    const before = signature()
    await put('t')
    expect(signature()).toBe(before)
    await ids()
    expect(signature()).not.toBe(before)
    rows.close()
  })

  test('has the words of a message once, however often it was indexed', async () => {
    const messages: string[] = []
    for (let number = 0; number < 20; number++) {
      messages.push(`message ${number}`)
      await put('t', { values: { messages } })
      await ids({ text: 'message' })
    }
    const rows = new Database(path, { readonly: true })
    expect(rows.prepare('SELECT count(*), max(id) FROM thread_text').raw().get()).toEqual([20, 20])
    rows.close()
  })

  test('holds no word of what was erased: of threads, or of values', async () => {
    await put('t', { values: { text: 'zanzibar' }, metadata: { place: 'timbuktu' } })
    await put('u', { values: { text: 'samarkand and other places' }, metadata: { city: 'samarkand' } })
    expect(await ids({ text: 'zanz*' })).toEqual(['t'])
    const housekeeper = Housekeeper.open(path)
    await housekeeper.eraseThreads({ threadId: 't' })
    await housekeeper.eraseText('samarkand')
    housekeeper.close()
    expect(await ids({ text: 'other places' })).toEqual(['u'])
    expect(await ids({ text: 'samarkand' })).toEqual([])
    expect(await ids({ metadata: { city: 'samarkand' } })).toEqual([])
    store.close()
    const bytes = readFileSync(path, 'latin1')
    for (const word of ['zanzibar', 'timbuktu', 'samarkand']) expect(bytes).not.toContain(word)
  })

  test('of an encrypted store knows labels, status and times, and neither text nor metadata of checkpoints', async () => {
    await put('t', { values: { text: 'zanzibar' }, metadata: { place: 'timbuktu' } })
    expect(await ids({ text: 'zanzibar' })).toEqual(['t'])
    store.close()
    const encryption = { currentKey: 'first', key: () => Buffer.alloc(32, 7) }
    const sealed = open({ encryption })
    await put('t', { values: { text: 'samarkand' }, writes: [[INTERRUPT, [{ id: 'q', value: 1 }]]] }, sealed)
    sealed.threads.tag('t', 'vip')
    expect(await ids({ status: 'interrupted', tags: ['vip'], updatedAfter: '2026-01-01' }, sealed)).toEqual([
      't',
    ])
    expect(await ids({ metadata: { place: 'timbuktu' } }, sealed)).toEqual([])
    await expect(sealed.threads.search({ text: 'samarkand' })).rejects.toThrow(
      `The values in ${path} are encrypted, so there is no index of their text: its words would stand in the file in plain. ` +
        'Search by tags, metadata, status or time instead, or put what is to be found into metadata of the thread.',
    )
    sealed.close()
    const housekeeper = Housekeeper.open(path, { encryption })
    await housekeeper.rotateKey()
    housekeeper.close()
    const bytes = readFileSync(path, 'latin1')
    for (const word of ['zanzibar', 'timbuktu', 'samarkand']) expect(bytes).not.toContain(word)
  })
})
