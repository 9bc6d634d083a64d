// What the conformance tests put into a store, and how they look at what comes out.
import type {
  Commit,
  Line,
  ListQuery,
  NewCheckpoint,
  Store,
  StoredCheckpoint,
  TaskWrites,
  Write,
} from '@cairn/engine'

export const line: Line = { threadId: 'thread-1', namespace: '' }

/** Ids that sort as text in the order of their numbers. */
export function checkpointId(number: number): string {
  return `1ef${String(number).padStart(5, '0')}-0000-6000-8000-000000000000`
}

/** A checkpoint with everything that was not given left plain. */
export function checkpointAt(number: number, given: Partial<NewCheckpoint> = {}): NewCheckpoint {
  return {
    id: checkpointId(number),
    parentId: undefined,
    createdAt: new Date(Date.UTC(2024, 0, 1) + number).toISOString(),
    metadata: { source: 'loop', step: number, parents: {} },
    versions: {},
    seen: {},
    changed: {},
    removed: [],
    ...given,
  }
}

export function writesOf(
  taskId: string,
  writes: readonly Write[],
  given: Partial<TaskWrites> = {},
): TaskWrites {
  return { checkpointId: checkpointId(0), taskId, taskPath: `~${taskId}`, writes, ...given }
}

export async function commit(store: Store, given: Partial<Commit>): Promise<void> {
  await store.commit({ line, writes: [], ...given })
}

/** Commits one checkpoint after another, each the child of the one before. */
export async function commitChain(store: Store, changes: readonly Partial<NewCheckpoint>[]): Promise<void> {
  for (const [number, change] of changes.entries()) {
    const parentId = number === 0 ? undefined : checkpointId(number - 1)
    await commit(store, { checkpoint: checkpointAt(number, { parentId, ...change }) })
  }
}

export async function load(store: Store, number?: number, from: Line = line): Promise<StoredCheckpoint> {
  const loaded = await store.load(from, number === undefined ? undefined : checkpointId(number))
  if (loaded === undefined) throw new Error(`The store does not have checkpoint ${number ?? '(the newest)'}.`)
  return loaded
}

export async function valuesAt(store: Store, number?: number, from: Line = line): Promise<unknown> {
  return (await load(store, number, from)).values
}

export async function list(store: Store, query: ListQuery = {}): Promise<StoredCheckpoint[]> {
  const listed: StoredCheckpoint[] = []
  // Copied, because a store may read what a checkpoint holds when that is first looked at.
  for await (const checkpoint of store.list(query)) listed.push({ ...checkpoint })
  return listed
}

/** A value of each kind that a store keeps exactly. */
export function everyKind(): Record<string, unknown> {
  return {
    text: 'marker ✓ \u0000 \ud800 \u{1f9ed}',
    numbers: [0, -1, 1.5, 1e300, NaN, Infinity, -Infinity, -0],
    nothing: [null, undefined, { missing: undefined }],
    bigint: 2n ** 70n,
    dates: [new Date(0), new Date(NaN)],
    map: new Map<unknown, unknown>([[{ key: 1 }, new Set([1, 'a'])]]),
    bytes: [Buffer.from('bytes'), new Float64Array([1.5, NaN]), new Uint8Array(0)],
    url: new URL('https://example.org/?a=b'),
    regexp: /a+/giu,
    error: Object.assign(new TypeError('broken', { cause: new Error('why') }), { code: 'E_BROKEN' }),
    awkward: JSON.parse('{"__proto__": {"a": 1}, "$date": "no date", "constructor": 2}'),
  }
}

/** Names that a store must not stumble over. */
export const awkwardNames = [
  'a',
  'A',
  ' a ',
  "it's",
  'a"b',
  'a|b:c/d\\e',
  '%',
  '__proto__',
  'constructor',
  'branch:to:a',
  '\u{1f9ed}',
  'é',
  'e\u0301',
  '0',
  'true',
] as const
