// What a disk holds if the power fails in the midst of what a process did.
//   D1. What was synced is there. Of what was not, any sectors may be: disks write in any order.
//   D2. A file that was made, or removed, is so for certain once its directory was synced, or the file itself.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Operation =
  | { readonly kind: 'write'; readonly name: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly name: string; readonly size: number }
  | { readonly kind: 'sync' | 'create' | 'unlink'; readonly name: string }

/** The record that `record-writes.c` leaves. */
export function parseRecord(record: Buffer): Operation[] {
  const operations: Operation[] = []
  for (let at = 0; at < record.length;) {
    const end = record.indexOf(0x0a, at)
    const [kind, name, first, second] = record.toString('utf8', at, end).split(' ')
    at = end + 1
    if (kind === 'write') {
      operations.push({
        kind,
        name: name!,
        offset: Number(first),
        bytes: record.subarray(at, at + Number(second)),
      })
      at += Number(second)
    } else if (kind === 'truncate') operations.push({ kind, name: name!, size: Number(first) })
    else operations.push({ kind: kind as 'sync', name: name! })
  }
  return operations
}

const sectorBytes = 512

/** Which of the sectors that were not synced are on the disk all the same. */
export type Kept = () => boolean

interface File {
  readonly synced: Content
  /** Since the last sync. */
  pending: Operation[]
  isThere: boolean
  isCertain: boolean
}

export class Disk {
  readonly #files = new Map<string, File>()

  do(operation: Operation): void {
    const { kind, name } = operation
    if (kind === 'sync' && name === '.') {
      for (const file of this.#files.values()) file.isCertain = true
      return
    }
    const file = this.#file(name)
    switch (kind) {
      case 'create':
      case 'unlink':
        file.isThere = kind === 'create'
        file.isCertain = false
        return
      case 'sync':
        for (const each of file.pending) file.synced.do(each)
        file.pending = []
        file.isCertain = true
        return
      default:
        file.pending.push(operation)
    }
  }

  /** Writes the files into a directory as they are after the power has failed now. */
  failInto(directory: string, kept: Kept): void {
    for (const [name, { synced, pending, isThere, isCertain }] of this.#files) {
      if (isCertain ? !isThere : kept() !== isThere) continue
      const content = synced.copy()
      for (const each of pending) content.do(each, kept)
      writeFileSync(join(directory, name), content.bytes)
    }
  }

  #file(name: string): File {
    let file = this.#files.get(name)
    if (file === undefined) {
      file = { synced: new Content(), pending: [], isThere: true, isCertain: false }
      this.#files.set(name, file)
    }
    return file
  }
}

class Content {
  #memory = Buffer.alloc(1024)
  #size = 0

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#size)
  }

  copy(): Content {
    const copy = new Content()
    copy.#memory = Buffer.from(this.#memory)
    copy.#size = this.#size
    return copy
  }

  do(operation: Operation, kept: Kept = () => true): void {
    if (operation.kind === 'truncate' && kept()) this.#resize(operation.size)
    if (operation.kind !== 'write') return
    const { offset, bytes } = operation
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + sectorBytes - ((offset + at) % sectorBytes))
      if (kept()) {
        if (offset + end > this.#size) this.#resize(offset + end)
        bytes.copy(this.#memory, offset + at, at, end)
      }
      at = end
    }
  }

  #resize(size: number): void {
    if (size < this.#size) this.#memory.fill(0, size, this.#size)
    if (size > this.#memory.length) {
      const memory = Buffer.alloc(size * 2)
      this.#memory.copy(memory)
      this.#memory = memory
    }
    this.#size = size
  }
}
