import type { Connection } from '../connection.ts'
import type { RowCipher } from '../encryption/row-cipher.ts'
import { eraseFromText } from '../erasure/erase-from-text.ts'
import type { Secrets } from '../erasure/secrets.ts'
import { MemoryRows } from '../memory/memory-rows.ts'
import { changeRows, rowsAtATime } from './change-rows.ts'
import type { TimeSlices } from './time-slices.ts'

interface Erasing {
  readonly connection: Connection
  readonly slices: TimeSlices
}

/**
 * How many memories held something of it. Their vectors go, since they tell what was embedded; the memories are found
 * by vectors again once they are put anew.
 */
export async function eraseFromMemories(
  erasing: Erasing,
  cipher: RowCipher,
  secrets: Secrets,
): Promise<number> {
  const { path, database } = erasing.connection
  const rows = new MemoryRows(path, database, cipher)
  let last = 0
  return await changeRows(erasing, {
    page: () => rows.items(last, rowsAtATime),
    change(item) {
      last = item.id
      const text = rows.textOf(item)
      const erased = eraseFromText(text, secrets)
      if (erased === text) return false
      rows.setText(item, erased)
      rows.deleteVectors(item)
      return true
    },
  })
}
