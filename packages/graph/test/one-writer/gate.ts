import { Annotation, START, StateGraph, type LangGraphRunnableConfig, type OnBusy } from '../../src/index.ts'
import { MemorySaver } from '../../src/memory-saver.ts'

export const thread = { configurable: { thread_id: 't' } }

export const Log = Annotation.Root({
  log: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
})

/** A node that waits in the middle until the test lets it go on. */
export class Gate {
  readonly #entered = new Set<() => void>()
  readonly #waiting: (() => void)[] = []
  #visits = 0

  /** Resolves when this many tasks have come to it. */
  async visits(count = 1): Promise<void> {
    while (this.#visits < count) await new Promise<void>((resolve) => this.#entered.add(resolve))
  }

  /** Lets all go on that wait here. */
  open(): void {
    for (const resume of this.#waiting.splice(0)) resume()
  }

  async pass(signal?: AbortSignal): Promise<void> {
    this.#visits++
    for (const tell of this.#entered) tell()
    this.#entered.clear()
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push(resolve)
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  }
}

/** `slow` waits at the gate, `after` follows it. Both write their names; the input says who runs. */
export function gatedGraph(options: { onBusy?: OnBusy } = {}) {
  const gate = new Gate()
  const graph = new StateGraph(Log)
    .addNode('slow', async (_state, { signal }: LangGraphRunnableConfig) => {
      await gate.pass(signal)
      return { log: ['slow'] }
    })
    .addNode('after', () => ({ log: ['after'] }))
    .addEdge(START, 'slow')
    .addEdge('slow', 'after')
    .compile({ checkpointer: new MemorySaver(), ...options })
  return { graph, gate }
}

export async function endOf(run: Promise<unknown>): Promise<unknown> {
  return run.catch((error: unknown) => error)
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}

export async function turns(count = 8): Promise<void> {
  for (let index = 0; index < count; index++) await new Promise((resolve) => setImmediate(resolve))
}
