// Ids of checkpoints and tasks, in the forms that LangGraph gives them, so that threads cross over.
import { hash, randomBytes } from 'node:crypto'

/** Where ids come from. */
export interface Ids {
  /**
   * Sorts as text after every id that was given before, and after `parentId`, which may come from elsewhere.
   * `step` may be seen in it; -1 for a first input.
   */
  checkpointId(step: number, parentId: string | undefined): string
  /** The same text in the same checkpoint gives the same id. */
  taskId(checkpointId: string, text: string): string
  /** Unique, and cheap: for tasks of which nothing is kept. */
  passingId(): string
}

/** UUID version 6 (RFC 9562): time first, so that they sort; the clock sequence holds the step. */
class TimeOrderedIds {
  readonly #node = randomBytes(6).toString('hex')
  #lastMs = 0
  #ticks = 0

  next(clockSequence: number, after: string | undefined): string {
    const id = this.#next(clockSequence)
    if (after === undefined || id > after) return id
    this.#moveTo(after)
    return this.#next(clockSequence)
  }

  /** Somebody whose clock is ahead gave an id: go on from there. */
  #moveTo(id: string): void {
    const ticks = BigInt(`0x${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(15, 18)}`)
    this.#lastMs = Number(ticks / BigInt(ticksPerMs)) - epochOffsetMs
    this.#ticks = Number(ticks % BigInt(ticksPerMs))
  }

  #next(clockSequence: number): string {
    // A millisecond behind: what another engine writes to the thread in this very millisecond sorts after it.
    const now = Date.now() - 1
    if (now > this.#lastMs) {
      this.#lastMs = now
      this.#ticks = 0
    } else if (++this.#ticks === ticksPerMs) {
      this.#lastMs++ // ahead of the clock by a hair: more than ten thousand ids in one millisecond
      this.#ticks = 0
    }
    const [high, middle, low] = split(this.#lastMs + epochOffsetMs, this.#ticks)
    const sequence = (clockSequence & 0xffff) | 0x8000
    return `${hex(high, 8)}-${hex(middle, 4)}-6${hex(low, 3)}-${hex(sequence, 4)}-${this.#node}`
  }
}

/** Of 100 ns, as UUIDs count. */
const ticksPerMs = 10_000
/** From 1582-10-15, where the time of UUIDs begins, to 1970-01-01. */
const epochOffsetMs = 12_219_292_800_000

/** The 60-bit tick count in parts of 32, 16 and 12 bits, without leaving the safe integers. */
function split(ms: number, ticks: number): [number, number, number] {
  const lowTicks = (ms % 0x4000) * ticksPerMs + ticks
  const rest = Math.floor(ms / 0x4000) * ticksPerMs + Math.floor(lowTicks / 0x4000)
  const low28 = (rest % 0x4000) * 0x4000 + (lowTicks % 0x4000)
  return [Math.floor(rest / 0x4000), low28 >>> 12, low28 & 0xfff]
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

/** UUID version 5 (RFC 9562): SHA-1 of a namespace and a text. */
export function uuid5(namespace: string, text: string): string {
  // In one call: a Hash object for each task is most of the cost of a large fan-out, and work for the collector.
  const digits = hash('sha1', Buffer.concat([namespaceBytes(namespace), Buffer.from(text)]), 'hex')
  const variant = hex((Number.parseInt(digits.slice(16, 18), 16) & 0x3f) | 0x80, 2)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-5${digits.slice(13, 16)}-${variant}${digits.slice(18, 20)}-${digits.slice(20, 32)}`
}

let lastNamespace: { readonly id: string; readonly bytes: Buffer } | undefined

/** Tasks of one superstep share their checkpoint's id: it is parsed once. */
function namespaceBytes(id: string): Buffer {
  if (lastNamespace?.id !== id) lastNamespace = { id, bytes: Buffer.from(id.replaceAll('-', ''), 'hex') }
  return lastNamespace.bytes
}

const checkpointIds = new TimeOrderedIds()
const passingPrefix = `${randomBytes(4).toString('hex')}-${randomBytes(2).toString('hex')}-4000-8000-`
let passingCount = 0

export const systemIds: Ids = {
  checkpointId: (step, parentId) => checkpointIds.next(step, parentId),
  taskId: uuid5,
  passingId: () => passingPrefix + hex(++passingCount, 12),
}
