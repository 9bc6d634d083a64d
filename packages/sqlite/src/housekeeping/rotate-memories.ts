import type { Connection } from '../connection.ts'
import type { KeyRing } from '../encryption/key-ring.ts'
import { MemoryRows } from '../memory/memory-rows.ts'
import { changeRows, rowsAtATime } from './change-rows.ts'
import type { TimeSlices } from './time-slices.ts'

interface Rotating {
  readonly connection: Connection
  readonly slices: TimeSlices
}

/** Encrypts memories and their vectors with the key of new rows; gives how many rows had another, or none. */
export async function rotateMemories(rotating: Rotating, keys: KeyRing): Promise<number> {
  const { path, database } = rotating.connection
  const rows = new MemoryRows(path, database, keys)
  let lastItem = 0
  const items = await changeRows(rotating, {
    page: () => rows.items(lastItem, rowsAtATime),
    change(item) {
      lastItem = item.id
      if (item.cipher === keys.current) return false
      rows.setText(item, rows.textOf(item))
      return true
    },
  })
  let lastVector = 0
  const vectors = await changeRows(rotating, {
    page: () => rows.vectors(lastVector, rowsAtATime),
    change(vector) {
      lastVector = vector.id
      if (vector.cipher === keys.current) return false
      rows.rewriteVector(vector)
      return true
    },
  })
  return items + vectors
}
