import { SqliteSaver, type SqliteSaverOptions } from '@cairn/sqlite'
import type { Durability } from '@cairn/engine'
import { Ledger } from '@cairn/testing/crash'
import { LedgerNotes } from './ledger-notes.ts'
import { PlainSaver } from './plain-saver.ts'
import type { CrashGraph, Shape } from './shape.ts'
import { allShapes } from './shapes/index.ts'

/** How a shape is run. Can be told to another process as JSON. */
export interface Setting {
  readonly shape: string
  readonly durability: Durability
  /** `store`: the engine speaks to the store directly. `saver`: through LangGraph's contract for savers. */
  readonly through: 'store' | 'saver'
  readonly fsync: 'normal' | 'full'
}

/** The files of one thread. Its name is that of the setting's shape unless another is given. */
export interface ThreadFiles {
  readonly database: string
  readonly ledger: string
  readonly threadId: string
}

export interface OpenedThread {
  readonly shape: Shape
  readonly graph: CrashGraph
  readonly config: object
  readonly notes: LedgerNotes
  readonly saver: SqliteSaver
}

export function openThread(
  setting: Setting,
  { database, ledger, threadId }: ThreadFiles,
  onPoint?: SqliteSaverOptions['onPoint'],
): OpenedThread {
  const shape = allShapes.find(({ name }) => name === setting.shape)
  if (shape === undefined) throw new Error(`There is no shape "${setting.shape}".`)
  const { durability, through, fsync } = setting
  const notes = new LedgerNotes(new Ledger(ledger))
  const saver = SqliteSaver.open(database, { fsync, ...(onPoint !== undefined && { onPoint }) })
  return {
    shape,
    graph: shape.compile(through === 'store' ? saver : new PlainSaver(saver), notes),
    config: { configurable: { thread_id: threadId }, durability, recursionLimit: 1000 },
    notes,
    saver,
  }
}
