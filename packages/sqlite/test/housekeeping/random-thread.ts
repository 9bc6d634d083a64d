// Random threads: branches, nested calls, lists that grow, values that come again, tasks that wait.
import { INTERRUPT, type Commit, type Line, type NewCheckpoint, type Store } from '@cairn/engine'
import * as fc from 'fast-check'
import { checkpointAt, checkpointId, taskId, writesOf } from '../commits.ts'

const channel = fc.constantFrom('a', 'b', 'messages', 'record')

const step = fc.record({
  /** How far back the parent is: mostly the newest. */
  back: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(8) }),
  /** The line of a nested call from the newest checkpoint of the thread, or one that outlives its calls. */
  nested: fc.constantFrom('none', 'none', 'none', 'call', 'memory'),
  changed: fc.uniqueArray(channel, { maxLength: 3 }),
  removed: fc.constantFrom<string[]>([], [], [], ['a']),
  length: fc.constantFrom(3, 30, 300, 900, 3000),
  waits: fc.nat(14).map((number) => number === 0),
  hasMetadata: fc.boolean(),
})

export const randomSteps = fc.array(step, { minLength: 1, maxLength: 60, size: 'max' })
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Makes the commits of a random thread one after the other, each from what is in the store by then. */
export async function commitRandom(
  store: Store,
  threadId: string,
  steps: readonly Step[],
  idOf: (number: number) => string = checkpointId,
): Promise<void> {
  const thread = new RandomThread(threadId, idOf)
  for (const [number, each] of steps.entries()) await store.commit(thread.commit(number, each))
}

class RandomThread {
  readonly #threadId: string
  readonly #idOf: (number: number) => string
  readonly #ids = new Map<string, string[]>()
  readonly #steps = new Map<string, number>()
  readonly #messages: string[] = []
  #record: Readonly<Record<string, string>> = {}

  constructor(threadId: string, idOf: (number: number) => string) {
    this.#threadId = threadId
    this.#idOf = idOf
  }

  commit(number: number, { back, nested, changed, removed, length, waits, hasMetadata }: Step): Commit {
    const caller = this.#ids.get('')?.at(-1)
    const namespace = nested === 'none' || caller === undefined ? '' : this.#namespace(nested, caller)
    const line: Line = { threadId: this.#threadId, namespace }
    const ids = this.#ids.get(namespace) ?? []
    const parentId = ids.at(-1 - (back % (ids.length || 1)))
    const id = this.#idOf(number)
    const parentStep = parentId === undefined ? -2 : this.#steps.get(parentId)!
    this.#ids.set(namespace, [...ids, id])
    this.#steps.set(id, parentStep + 1)
    const given: Partial<NewCheckpoint> = {
      id,
      parentId,
      metadata: {
        source: parentId === undefined ? 'input' : 'loop',
        step: parentStep + 1,
        parents: namespace === '' ? {} : { '': caller! },
        ...(hasMetadata && { note: `m${number % 3}` }),
      },
      versions: { a: number + 1, messages: number },
      changed: Object.fromEntries(changed.map((name) => [name, this.#value(name, number, length)])),
      removed: removed.filter((name) => !changed.some((each) => each === name)),
    }
    const writes =
      parentId === undefined
        ? []
        : [
            writesOf(taskId(number), [['a', `${number} `.repeat(length / 3)]], { checkpointId: parentId }),
            ...(waits ? [writesOf(taskId(number + 500), [[INTERRUPT, [number]]], { checkpointId: id })] : []),
          ]
    return { line, writes, checkpoint: checkpointAt(number, given) }
  }

  #namespace(nested: string, caller: string): string {
    return nested === 'call' ? `node:${caller}` : nested
  }

  #value(name: string, number: number, length: number): unknown {
    if (name === 'messages') {
      this.#messages.push(`message ${number} `.repeat(length / 10))
      return [...this.#messages]
    }
    if (name === 'record') {
      this.#record = { ...this.#record, [`key ${number % 7}`]: `entry ${number} `.repeat(length / 10) }
      return { ...this.#record }
    }
    return `${name} ${number % 4} `.repeat(length / 4)
  }
}
