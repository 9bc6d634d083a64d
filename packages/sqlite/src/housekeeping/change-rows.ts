import type { Connection } from '../connection.ts'
import type { TimeSlices } from './time-slices.ts'
import { writeWhenFree } from './write-when-free.ts'

/** How many rows a page has. */
export const rowsAtATime = 50

export interface RowChanges<Key> {
  /** The next rows after the last one, `rowsAtATime` unless there are no more. */
  page(): readonly Key[]
  /** Whether the row had to be changed. */
  change(key: Key): boolean
  /** In the same transaction, when some were changed. */
  onChange?(): void
}

/** Changes rows, a few in each transaction, and gives how many. */
export async function changeRows<Key>(
  { connection, slices }: { readonly connection: Connection; readonly slices: TimeSlices },
  { page, change, onChange }: RowChanges<Key>,
): Promise<number> {
  let count = 0
  const changeSome = (): 'done' | 'more' => {
    const keys = page()
    const before = count
    let seen = 0
    for (const key of keys) {
      if (change(key)) count++
      seen++
      if (slices.isOver) break
    }
    if (count > before) onChange?.()
    return seen === keys.length && keys.length < rowsAtATime ? 'done' : 'more'
  }
  while ((await writeWhenFree(connection, changeSome)) === 'more') await slices.next()
  return count
}
