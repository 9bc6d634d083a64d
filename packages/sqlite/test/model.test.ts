// Random histories, on two SQLite stores over one file and on the store in memory, which is the model.
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Commit,
  ERROR,
  INTERRUPT,
  type Line,
  NULL_TASK_ID,
  type NewCheckpoint,
  RESUME,
  type Store,
  type StoredCheckpoint,
  type TaskWrites,
} from '@cairn/engine'
import { MemoryStore } from '@cairn/engine/memory-store'
import { SqliteStore } from '@cairn/sqlite'
import { checkpointAt, checkpointId, taskId } from './commits.ts'
import { temporaryPath } from './temporary-directory.ts'

const lines: readonly Line[] = [
  { threadId: 'thread-1', namespace: '' },
  { threadId: 'thread-1', namespace: 'child:1' },
  { threadId: 'thread-2', namespace: '' },
]
const channels = ['a', 'b', 'c', 'd', 'branch:to:a', '__proto__']

const lineIndex = fc.nat(lines.length - 1)
const channel = fc.constantFrom(...channels)
const value = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'x'.repeat(30),
      'y'.repeat(390),
      'z'.repeat(500),
      'w'.repeat(500),
      '\u{1f9ed}'.repeat(300),
    ),
  },
  { weight: 2, arbitrary: fc.array(fc.nat(9), { maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(undefined, null, new Date(0), NaN, { nested: { list: [1, undefined] } }),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
)
const record = <T>(of: fc.Arbitrary<T>, maxKeys: number) =>
  fc.dictionary(channel, of, { maxKeys, noNullPrototype: true })
const version = fc.oneof(fc.nat(5), fc.constantFrom('', '00000001.0.5', '00000002.0.1'))
const number = fc.nat(24)

const taskWrites = fc.record({
  checkpoint: number,
  task: fc.constantFrom(taskId(1), taskId(2), 'named', NULL_TASK_ID),
  writes: fc.array(
    fc.tuple(
      fc.oneof(
        { weight: 5, arbitrary: channel },
        { weight: 2, arbitrary: fc.constantFrom(ERROR, INTERRUPT, RESUME) },
      ),
      value,
    ),
    {
      maxLength: 4,
    },
  ),
})

const checkpoint = fc.record({
  number,
  // Mostly the newest of the line, or none; else one that may or may not be there.
  parent: fc.oneof(
    { weight: 8, arbitrary: fc.constant('newest' as const) },
    { weight: 3, arbitrary: number },
    fc.constant(undefined),
  ),
  metadata: fc.constantFrom({}, { user: 'Ann' }, { user: 'Bob', tags: ['x'] }),
  versions: record(version, 4),
  seen: fc.dictionary(fc.constantFrom('plan', 'act', '__input__'), record(version, 3), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
  changed: record(value, 4),
  removed: fc.uniqueArray(channel, { maxLength: 2 }),
})

const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      line: lineIndex,
      writes: fc.array(taskWrites, { maxLength: 2 }),
      checkpoint: fc.option(checkpoint, { nil: undefined }),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('go on' as const),
      line: lineIndex,
      changed: record(value, 2),
      removed: fc.uniqueArray(channel, { maxLength: 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('list' as const),
      threadId: fc.option(fc.constantFrom('thread-1', 'thread-2'), { nil: undefined }),
      namespace: fc.option(fc.constantFrom('', 'child:1'), { nil: undefined }),
      before: fc.option(number, { nil: undefined }),
      limit: fc.option(fc.nat(4), { nil: undefined }),
      user: fc.option(fc.constantFrom('Ann', 'Bob'), { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      threadId: fc.constantFrom('thread-1', 'thread-2'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** No two lines share an id, so that the order of a listing is the same everywhere. */
function idIn(line: number, at: number): string {
  return checkpointId(at * lines.length + line)
}

function newestIn(model: MemoryStore, line: number): StoredCheckpoint | undefined {
  return model.load(lines[line]!)
}

/** One higher than any number that `idIn` has given for the line. */
function nextNumber(model: MemoryStore, line: number): number {
  const newest = newestIn(model, line)
  return newest === undefined ? 0 : (parseInt(newest.id.slice(3, 8), 16) - line) / lines.length + 1
}

type CommitStep = Extract<Step, { kind: 'commit' | 'go on' }>

function commitOf(given: CommitStep, model: MemoryStore): Commit {
  const line = lines[given.line]!
  const newestId = newestIn(model, given.line)?.id
  if (given.kind === 'go on') {
    const id = idIn(given.line, nextNumber(model, given.line))
    const { changed, removed } = given
    return { line, writes: [], checkpoint: checkpointAt(0, { id, parentId: newestId, changed, removed }) }
  }
  const writes = given.writes.map(({ checkpoint: at, task, writes: list }): TaskWrites => ({
    checkpointId: idIn(given.line, at),
    taskId: task,
    taskPath: `~${task}`,
    writes: list,
  }))
  if (given.checkpoint === undefined) return { line, writes }
  const { number: at, parent, metadata, ...rest } = given.checkpoint
  const next: NewCheckpoint = checkpointAt(at, {
    id: idIn(given.line, at),
    parentId: parent === 'newest' ? newestId : parent === undefined ? undefined : idIn(given.line, parent),
    metadata: { source: 'loop', step: at, parents: {}, ...metadata },
    ...rest,
  })
  return { line, writes, checkpoint: next }
}

/** What the action gives, or the code of its error. */
async function outcome(action: () => unknown): Promise<unknown> {
  try {
    return { gave: await action() }
  } catch (error) {
    return { code: (error as { code?: unknown }).code ?? error }
  }
}

function take(given: Step, store: Store, model: MemoryStore): unknown {
  switch (given.kind) {
    case 'commit':
    case 'go on':
      return store.commit(commitOf(given, model))
    case 'list': {
      const { threadId, namespace, before, limit, user } = given
      return [
        ...(store.list({
          ...(threadId !== undefined && { threadId }),
          ...(namespace !== undefined && { namespace }),
          ...(before !== undefined && { before: checkpointId(before * lines.length) }),
          ...(limit !== undefined && { limit }),
          ...(user !== undefined && { filter: { user } }),
        }) as Iterable<StoredCheckpoint>),
      ]
    }
    case 'delete':
      return store.deleteThread(given.threadId)
    case 'reopen':
      return undefined
  }
}

function contentOf(store: Store): unknown {
  const listed = [...(store.list({}) as Iterable<StoredCheckpoint>)]
  return {
    listed,
    newest: lines.map((line) => store.load(line)),
    loaded: listed.map(({ line, id }) => store.load(line, id)),
  }
}

test('two stores on one file hold what the store in memory holds, whatever is done to them', async () => {
  const turns = fc.array(fc.record({ store: fc.nat(1), step }), {
    minLength: 20,
    maxLength: 120,
    size: 'max',
  })
  await fc.assert(
    fc.asyncProperty(turns, async (given) => {
      const path = temporaryPath()
      const stores = [SqliteStore.open(path), SqliteStore.open(path)]
      const model = new MemoryStore()
      try {
        for (const { store: index, step: next } of given) {
          if (next.kind === 'reopen') {
            stores[index]!.close()
            stores[index] = SqliteStore.open(path)
          }
          const store = stores[index]!
          const found = await outcome(() => take(next, store, model))
          expect(found).toStrictEqual(await outcome(() => take(next, model, model)))
          const at = 'line' in next ? next.line : 0
          expect(store.load(lines[at]!)).toStrictEqual(newestIn(model, at))
        }
        for (const store of stores) expect(contentOf(store)).toStrictEqual(contentOf(model))
      } finally {
        for (const store of stores) store.close()
      }
      const database = new Database(path, { readonly: true })
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
      database.close()
    }),
    { numRuns: 60 },
  )
})
