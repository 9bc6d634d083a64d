import type { EntryTable } from '../entries.ts'
import type { LineTable } from '../lines.ts'
import type { NameTable } from '../names.ts'
import type { ValueTable } from '../values.ts'
import type { ThreadRows } from './thread-rows.ts'

export interface HousekeepingTables {
  readonly lines: LineTable
  readonly entries: EntryTable
  readonly names: NameTable
  readonly values: ValueTable
  readonly rows: ThreadRows
}
