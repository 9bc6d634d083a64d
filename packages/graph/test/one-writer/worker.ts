// A process that runs graphs over a shared file, as it is told line by line.
import { createInterface } from 'node:readline'
import { SqliteSaver } from '@cairn/sqlite'
import { Annotation, Command, START, StateGraph, interrupt, type OnBusy } from '../../src/index.ts'
import { Gate, Log, turns } from './gate.ts'

/** What a worker is told, as one line of JSON. */
export type Order =
  /** Run the graph, and tell how it ended. */
  | {
      readonly kind: 'run'
      readonly id: number
      readonly graph: 'gated' | 'counting' | 'asking' | 'endless'
      readonly threadId: string
      readonly input: unknown
      readonly resume?: unknown
      readonly onBusy?: OnBusy
    }
  /** Let the nodes go on that wait. */
  | { readonly kind: 'open' }
  /** End. */
  | { readonly kind: 'close' }

/** What it tells. */
export type Report =
  | { readonly kind: 'ready' }
  /** The run has asked for its thread. */
  | { readonly kind: 'started'; readonly id: number }
  /** A node waits. */
  | { readonly kind: 'visited' }
  | { readonly kind: 'ended'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly code: string; readonly message: string }

const [path, leaseMs] = process.argv.slice(2) as [string, string]
const checkpointer = SqliteSaver.open(path, { leaseMs: Number(leaseMs), busyTimeoutMs: 30_000 })
const gate = new Gate()

const Count = Annotation.Root({ count: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }) })

const graphs = {
  gated: new StateGraph(Log)
    .addNode('slow', async () => {
      tell({ kind: 'visited' })
      await gate.pass()
      return { log: ['slow'] }
    })
    .addNode('after', () => ({ log: ['after'] }))
    .addEdge(START, 'slow')
    .addEdge('slow', 'after')
    .compile({ checkpointer }),
  counting: new StateGraph(Count)
    .addNode('add', async ({ count }) => {
      await turns(1)
      return { count: count + 1 }
    })
    .addEdge(START, 'add')
    .compile({ checkpointer }),
  asking: new StateGraph(Log)
    .addNode('ask', async () => {
      const answer = String(interrupt('?'))
      await turns(3)
      return { log: [answer] }
    })
    .addEdge(START, 'ask')
    .compile({ checkpointer }),
  endless: new StateGraph(Count)
    .addNode('step', async ({ count }) => {
      if (count === 0) tell({ kind: 'visited' })
      await turns(1)
      return { count: count + 1 }
    })
    .addEdge(START, 'step')
    .addEdge('step', 'step')
    .compile({ checkpointer }),
} as const

function tell(report: Report): void {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

async function run({ id, graph, threadId, input, resume, onBusy }: Order & { kind: 'run' }): Promise<void> {
  const given = resume === undefined ? input : new Command({ resume })
  const config = {
    configurable: { thread_id: threadId },
    recursionLimit: 1_000_000,
    ...(onBusy !== undefined && { onBusy }),
  }
  const running = graphs[graph].invoke(given as never, config).then(
    (result: unknown) => tell({ kind: 'ended', id, result }),
    (error: Error & { code?: string }) =>
      tell({ kind: 'failed', id, code: error.code ?? error.name, message: error.message }),
  )
  await turns()
  tell({ kind: 'started', id })
  await running
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line) as Order
  if (order.kind === 'run') void run(order)
  else if (order.kind === 'open') gate.open()
  else {
    checkpointer.close()
    process.exit()
  }
})
tell({ kind: 'ready' })
