import { existsSync, writeFileSync } from 'node:fs'
import { drive } from './drive.ts'
import type { OpenedThread } from './open-thread.ts'

/** What is done with a thread, in this process or in another one. */
export type Job =
  /** Bring it to its end, from wherever it stands. */
  | { readonly kind: 'drive' }
  /** The same, once other processes are there as well. Each leaves a file to say that it is. */
  | { readonly kind: 'drive beside'; readonly own: string; readonly others: readonly string[] }
  /** Change its state, as if this node had. */
  | { readonly kind: 'edit'; readonly values: Readonly<Record<string, unknown>>; readonly asNode: string }

export async function perform(job: Job, thread: OpenedThread): Promise<void> {
  const { graph, config } = thread
  switch (job.kind) {
    case 'drive beside':
      await meet(job.own, job.others)
      return drive(thread)
    case 'drive':
      return drive(thread)
    case 'edit':
      await graph.updateState(config, job.values, job.asNode)
  }
}

async function meet(own: string, others: readonly string[]): Promise<void> {
  writeFileSync(own, '')
  while (!others.every((other) => existsSync(other))) await new Promise((resolve) => setImmediate(resolve))
}
