// Looks at all that a store holds, in one transaction, and writes nothing.
//   E1. What a checkpoint needs is followed from its entry: the entries it builds on, names, and rows of values.
//   E2. A row is suspect when it is damaged, or when a checkpoint or a task that needs a damaged row is stored in it.
//   E3. Nothing is taken for a leftover in a thread that has damage: what is damaged may have referred to it.
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type Database, SqliteError } from 'better-sqlite3'
import { type CompactId, expandId } from '../compact-id.ts'
import { type RowCipher } from '../encryption/row-cipher.ts'
import { type CheckpointEntry, EntryTable } from '../entries.ts'
import { rowsOfCheckpoint, rowsOfNode, rowsOfPlace, rowsOfTask } from '../housekeeping/row-references.ts'
import { type EntryKey, ThreadRows } from '../housekeeping/thread-rows.ts'
import { stateOf } from '../housekeeping/thread-scan.ts'
import { examineMemories } from '../memory/examine-memories.ts'
import { DamagedNameError, NameTable } from '../names.ts'
import { isNodeText } from '../parts/node-text.ts'
import { unpackWrites } from '../task-head.ts'
import { ValueTable } from '../values.ts'
import { examineParts, type ExaminedValue } from './examine-parts.ts'
import type { Examination, Finding, FindingKind, SuspectRow } from './finding.ts'
import { SealedRowError } from './sealed-rows.ts'

const pageLength = 500
/** Of SQLite's own findings, of which one damage can make thousands. */
const mostFileFindings = 20

export interface Suspicion extends Finding {
  readonly rows: readonly SuspectRow[]
}

export type Found = Omit<Examination, 'path' | 'findings'> & { readonly findings: readonly Suspicion[] }

interface KnownLine {
  readonly id: number
  readonly thread: number
  readonly threadId: string
  readonly namespace: string
}

interface KnownValue extends ExaminedValue {
  readonly bytes: number
  isNeeded: boolean
}

export const remedies = {
  restore: 'Restore a backup.',
  recover:
    "Keep a copy of the file with its -wal, then restore a backup, or save what can be read with the sqlite3 shell's .recover and examine that.",
  checkpoint:
    'Restore a backup, or move what is damaged out of the way with --fix: the thread then goes on from the newest checkpoint that is whole.',
  task: 'Restore a backup, or move what is damaged out of the way with --fix: the task then counts as not done, and runs again when its thread goes on.',
  memory:
    'Restore a backup, or move what is damaged out of the way with --fix, and put the item anew if you can.',
  leftover: 'Nothing needs to be done. With --fix it is moved out of the way.',
} as const

export class StoreExaminer {
  readonly #database: Database
  readonly #entries: EntryTable
  readonly #valueTable: ValueTable
  readonly #names: NameTable
  readonly #rows: ThreadRows
  readonly #findings: Suspicion[] = []
  readonly #threads = new Map<number, string>()
  readonly #lines = new Map<number, KnownLine>()
  readonly #values = new Map<number, KnownValue>()
  /** Threads in which something is damaged. */
  readonly #damaged = new Set<number>()
  readonly #counts = { threads: 0, checkpoints: 0, tasks: 0, values: 0, sealed: 0, quarantined: 0 }

  constructor(database: Database, cipher: RowCipher) {
    this.#database = database
    this.#entries = new EntryTable(database, cipher)
    this.#valueTable = new ValueTable(database, cipher)
    this.#names = new NameTable(database)
    this.#rows = new ThreadRows(database)
  }

  run(): Found {
    this.#part('what SQLite says of the file', () => this.#examineFile())
    this.#part('names', () => this.#examineNames())
    this.#part('shapes of graphs', () => this.#examineShapes())
    this.#part('threads', () => this.#examineThreads())
    this.#part('values', () => this.#examineValues())
    this.#part('checkpoints', () => this.#examineEntries())
    this.#part('memories', () => this.#examineMemories())
    this.#examineLeftovers()
    return { ...this.#counts, findings: this.#findings }
  }

  /** SQLite gives up in the midst of a table that is damaged; the others are looked at all the same. */
  #part(name: string, examine: () => void): void {
    try {
      examine()
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error
      for (const thread of this.#threads.keys()) this.#damaged.add(thread)
      this.#add('file', {
        what: `Not all ${name} could be looked at: ${error.message}.`,
        lost: 'What stands behind the damage in the file.',
        remedy: remedies.recover,
      })
    }
  }

  #examineFile(): void {
    const found = this.#database.pragma(`integrity_check(${mostFileFindings})`) as {
      integrity_check: string
    }[]
    for (const { integrity_check: text } of found) {
      if (text === 'ok') continue
      this.#add('file', {
        what: `SQLite finds the file damaged: ${text}.`,
        lost: 'What stands there; searches may miss rows or find wrong ones.',
        remedy: remedies.recover,
      })
    }
    const isThere = this.#database
      .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'quarantine'")
      .pluck()
      .get()
    if (isThere === 1) {
      this.#counts.quarantined = this.#database
        .prepare<[], number>('SELECT count(*) FROM quarantine')
        .pluck()
        .get()!
    }
  }

  #examineNames(): void {
    const all = this.#database.prepare<[], number>('SELECT id FROM name NOT INDEXED').pluck().all()
    for (const id of all) {
      const problem = this.#problemOf(() => this.#names.textOf(id))
      if (problem === undefined) continue
      this.#add('name', {
        what: `A name is damaged: ${problem}.`,
        lost: 'Every checkpoint and task that uses it.',
        remedy: remedies.restore,
      })
    }
  }

  #examineShapes(): void {
    const shapes = this.#database.prepare<[], { id: number; hash: string; text: string }>(
      'SELECT id, hash, text FROM shape',
    )
    for (const { id, hash, text } of shapes.all()) {
      if (createHash('sha256').update(text).digest('hex') === hash) continue
      this.#add('shape', {
        what: `The shape of a graph, number ${id}, is damaged: its hash differs.`,
        lost: 'Every checkpoint that was made with the graph.',
        remedy: remedies.restore,
      })
    }
  }

  #examineThreads(): void {
    const threads = this.#database.prepare<[], [number, string]>('SELECT id, name FROM thread').raw()
    for (const [id, name] of threads.all()) this.#threads.set(id, name)
    this.#counts.threads = this.#threads.size
    const lines = this.#database
      .prepare<[], [number, number, string]>('SELECT id, thread, namespace FROM line')
      .raw()
    for (const [id, thread, namespace] of lines.all()) {
      const threadId = this.#threads.get(thread)
      if (threadId !== undefined) this.#lines.set(id, { id, thread, threadId, namespace })
    }
  }

  #examineValues(): void {
    const page = this.#database
      .prepare<[number, number], [id: number, thread: number, bytes: number]>(
        'SELECT id, thread, octet_length(data) FROM value WHERE id > ? ORDER BY id LIMIT ?',
      )
      .raw()
    let last = 0
    for (let rows = page.all(last, pageLength); rows.length > 0; rows = page.all(last, pageLength)) {
      for (const [id, thread, bytes] of rows) {
        this.#values.set(id, { thread, bytes, isNeeded: false, ...this.#readValue(id) })
        this.#counts.values++
        last = id
      }
    }
    examineParts(this.#values)
    for (const { thread, problem } of this.#values.values())
      if (problem !== undefined) this.#damaged.add(thread)
  }

  #readValue(id: number): Pick<KnownValue, 'problem' | 'parts'> {
    let parts: readonly number[] = []
    const problem = this.#problemOf(() => {
      const { text } = this.#valueTable.read(id, crc32)!
      if (isNodeText(text)) parts = rowsOfNode(text)
    })
    return { problem, parts }
  }

  #examineEntries(): void {
    const lines = this.#database
      .prepare<[], number>('SELECT DISTINCT line FROM entry ORDER BY line')
      .pluck()
      .all()
    for (const id of lines) {
      const line = this.#lines.get(id)
      if (line === undefined) this.#lostLine(id)
      else this.#examineLine(line)
    }
  }

  #lostLine(id: number): void {
    const keys = [...this.#keysOf(id)]
    this.#add('line', {
      what: `${count(keys.length, 'row')} of checkpoints and tasks belong to line ${id}, which is not there, or whose thread is not.`,
      lost: 'Whose they are cannot be told.',
      remedy: remedies.checkpoint,
      rows: keys.map((key) => entryRow(id, key)),
    })
  }

  #examineLine(line: KnownLine): void {
    /** why → what cannot be read for this reason. */
    const unreadable = new Map<string, EntryKey[]>()
    const tasksOf = new Map<string, EntryKey[]>()
    for (const key of this.#keysOf(line.id)) {
      if (key.isCheckpoint) {
        this.#counts.checkpoints++
        const problem = this.#problemOf(() => this.#needCheckpoint(line, key))
        if (problem !== undefined) append(unreadable, problem, key)
      } else {
        this.#counts.tasks++
        append(tasksOf, expandId(key.checkpoint), key)
        this.#examineTask(line, key)
      }
    }
    for (const [problem, keys] of unreadable) {
      const checkpointIds = keys.map(({ checkpoint }) => expandId(checkpoint))
      const beside = checkpointIds.flatMap((id) => tasksOf.get(id) ?? [])
      this.#damaged.add(line.thread)
      this.#add('checkpoint', {
        ...placeOf(line),
        checkpointIds,
        what: `${count(keys.length, 'checkpoint')} cannot be put together: ${problem}.`,
        lost:
          keys.length === 1
            ? 'This checkpoint.'
            : 'These checkpoints. What the thread held at others is there.',
        ...remedyFor(problem, remedies.checkpoint),
        rows: isAboutName(problem) ? [] : [...keys, ...beside].map((key) => entryRow(line.id, key)),
      })
    }
  }

  #examineTask(line: KnownLine, key: EntryKey): void {
    const problem = this.#problemOf(() => {
      const { head, data, path } = this.#entries.task(line.id, key.checkpoint, key.task)!
      this.#names.textOf(path)
      for (const { channel, value } of unpackWrites(head, data, this.#names).values()) {
        this.#need(rowsOfPlace(value), channel, line)
      }
      this.#mark(rowsOfTask(head, data))
    })
    if (problem === undefined) return
    this.#damaged.add(line.thread)
    this.#add('task', {
      ...placeOf(line),
      checkpointIds: [expandId(key.checkpoint)],
      taskId: expandId(key.task),
      what: `What a task wrote cannot be read: ${problem}.`,
      lost: 'What it wrote. The checkpoint after it, if there is one, holds what came of it.',
      ...remedyFor(problem, remedies.task),
      rows: isAboutName(problem) ? [] : [entryRow(line.id, key)],
    })
  }

  /** @throws {TypeError|SyntaxError} when it cannot be put together. */
  #needCheckpoint(line: KnownLine, { checkpoint }: EntryKey): void {
    const entry: CheckpointEntry = this.#entries.checkpoint(line.id, checkpoint)!
    const { values } = stateOf(line.id, entry, { entries: this.#entries, names: this.#names })
    for (const [channel, place] of values) this.#need(rowsOfPlace(place), channel, line)
    this.#mark(rowsOfCheckpoint(entry.head, entry.data))
  }

  /** @throws {TypeError} when one of the rows cannot be read. */
  #need(rows: readonly number[], channel: string, { thread }: KnownLine): void {
    for (const row of rows) {
      const value = this.#values.get(row)
      const problem =
        value === undefined
          ? `row ${row} of value is missing`
          : value.thread === thread
            ? value.problem
            : `row ${row} of value is of another thread`
      if (problem !== undefined) throw new TypeError(`the value of "${channel}": ${problem}`)
    }
  }

  #mark(rows: readonly number[]): void {
    const open = [...rows]
    for (let row = open.pop(); row !== undefined; row = open.pop()) {
      const value = this.#values.get(row)
      if (value === undefined || value.isNeeded) continue
      value.isNeeded = true
      for (const part of value.parts) open.push(part)
    }
  }

  #examineLeftovers(): void {
    const leftover = new Map<number, number[]>()
    for (const [id, { thread, problem, isNeeded }] of this.#values) {
      if (isNeeded || this.#counts.sealed > 0) continue
      if (problem !== undefined) this.#damagedLeftover(id, thread, problem)
      else if (!this.#damaged.has(thread)) append(leftover, thread, id)
    }
    for (const [thread, ids] of leftover) {
      const bytes = ids.reduce((sum, id) => sum + this.#values.get(id)!.bytes, 0)
      const threadId = this.#threads.get(thread)
      this.#add('leftover', {
        ...(threadId !== undefined && { threadId }),
        isDamage: false,
        what:
          threadId === undefined
            ? `${count(ids.length, 'row')} of values belong to a thread that is not there.`
            : `Nothing refers to ${count(ids.length, 'row')} of values.`,
        lost: `Nothing. They take ${bytes} bytes.`,
        remedy: remedies.leftover,
        rows: ids.map((id) => ({ table: 'value', id })),
      })
    }
  }

  #examineMemories(): void {
    for (const { table, id, subject, problem } of examineMemories(this.#database)) {
      this.#add('memory', {
        what: `A memory is damaged: of ${subject}, ${problem}.`,
        lost:
          table === 'memory_item'
            ? 'The item. A search that comes upon it fails.'
            : 'How the item is found by its meaning, if it is there. A search that comes upon it fails.',
        remedy: remedies.memory,
        rows: [{ table, id }],
      })
    }
  }

  #damagedLeftover(id: number, thread: number, problem: string): void {
    const threadId = this.#threads.get(thread)
    this.#add('value', {
      ...(threadId !== undefined && { threadId }),
      what: `A value cannot be read: ${problem}.`,
      lost: 'Nothing more than what is said of the checkpoints and tasks that need it.',
      remedy: remedies.checkpoint,
      rows: [{ table: 'value', id }],
    })
  }

  *#keysOf(line: number): Iterable<EntryKey> {
    let page = this.#rows.entries(line, pageLength)
    while (page.length > 0) {
      yield* page
      page = this.#rows.entries(line, pageLength, page.at(-1))
    }
  }

  /** Why something cannot be read. What is encrypted, for want of a key, is counted and taken for sound. */
  #problemOf(read: () => void): string | undefined {
    try {
      read()
      return undefined
    } catch (error) {
      if (error instanceof SealedRowError) {
        this.#counts.sealed++
        return undefined
      }
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error
      return error instanceof DamagedNameError ? `${aboutName}${error.message}` : error.message
    }
  }

  #add(
    kind: FindingKind,
    given: Omit<Suspicion, 'kind' | 'isDamage' | 'movable' | 'rows'> &
      Partial<Pick<Suspicion, 'isDamage' | 'rows'>>,
  ): void {
    const { rows = [] } = given
    this.#findings.push({ kind, isDamage: true, ...given, rows, movable: rows.length })
  }
}

/** A name is shared by all threads: rows that use one that is damaged stay where they are. */
const aboutName = 'of a name that it uses, '
const isAboutName = (problem: string): boolean => problem.startsWith(aboutName)

function remedyFor(problem: string, remedy: string): Pick<Finding, 'remedy'> {
  return { remedy: isAboutName(problem) ? remedies.restore : remedy }
}

function placeOf({ threadId, namespace }: KnownLine): Pick<Finding, 'threadId' | 'namespace'> {
  return { threadId, namespace }
}

function entryRow(
  line: number,
  { checkpoint, task }: { checkpoint: CompactId; task: CompactId },
): SuspectRow {
  return { table: 'entry', line, checkpoint, task }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
