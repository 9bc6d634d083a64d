import type { NewCheckpoint } from '@cairn/engine'
import { checkpointAt, checkpointId } from './samples.ts'

export interface ModelledCheckpoint {
  readonly checkpoint: NewCheckpoint
  /** All values at this checkpoint, worked out without a store. */
  readonly values: Readonly<Record<string, unknown>>
}

/** The same sequence each time, so that a failure can be seen again. */
class Sequence {
  #state = 42

  /** A whole number from 0, smaller than the limit. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * limit)
  }
}

/** Checkpoints that each follow an earlier one, mostly the last, with channels written, removed and forked. */
export function randomHistory(length: number): readonly ModelledCheckpoint[] {
  const sequence = new Sequence()
  const history: ModelledCheckpoint[] = []
  for (let number = 0; number < length; number++) {
    const parent = number === 0 || sequence.below(40) === 0 ? undefined : pickParent(history, sequence)
    history.push(follow(parent, number, sequence))
  }
  return history
}

function pickParent(history: readonly ModelledCheckpoint[], sequence: Sequence): ModelledCheckpoint {
  return sequence.below(4) === 0 ? history[sequence.below(history.length)]! : history.at(-1)!
}

function follow(
  parent: ModelledCheckpoint | undefined,
  number: number,
  sequence: Sequence,
): ModelledCheckpoint {
  const values: Record<string, unknown> = structuredClone({ ...parent?.values })
  const changed: Record<string, unknown> = {}
  const removed: string[] = []
  for (let count = sequence.below(4); count > 0; count--) {
    const channel = `channel-${sequence.below(6)}`
    if (removed.includes(channel)) continue
    if (sequence.below(8) === 0 && !(channel in changed)) {
      removed.push(channel)
      delete values[channel]
    } else {
      changed[channel] = values[channel] = nextValue(values[channel], sequence)
    }
  }
  const parentId = parent?.checkpoint.id
  const checkpoint = checkpointAt(number, { id: checkpointId(number), parentId, changed, removed })
  return structuredClone({ checkpoint, values })
}

function nextValue(value: unknown, sequence: Sequence): unknown {
  const element = { n: sequence.below(1000), text: 'x'.repeat(sequence.below(50)) }
  if (!Array.isArray(value)) return sequence.below(2) === 0 ? [element] : element
  switch (sequence.below(6)) {
    case 0:
      return value.slice(0, sequence.below(value.length + 1))
    case 1:
      return value.map((old, index) => (index === sequence.below(value.length) ? element : old))
    case 2:
      return [element, ...value]
    case 3:
      return [...value, new Date(sequence.below(1e9)), undefined]
    default:
      return [...value, element]
  }
}
