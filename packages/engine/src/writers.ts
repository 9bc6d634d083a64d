// Who wrote what could not be stored, for the error that tells of it.
import { INPUT } from './control.ts'
import type { Commit } from './store.ts'
import { UnstorableValueError } from './unstorable-value-error.ts'
import type { Write } from './write.ts'

export interface Writer {
  /** Of its node. */
  readonly name: string
  readonly writes: readonly Write[]
}

/** channel → names of the nodes that wrote to it. */
export type Writers = Map<string, Set<string>>

export function addWriters(writers: Writers, ran: readonly Writer[]): void {
  for (const { name, writes } of ran) {
    for (const [channel] of writes) {
      const names = writers.get(channel)
      if (names === undefined) writers.set(channel, new Set([name]))
      else names.add(name)
    }
  }
}

/**
 * The error of a commit, with the names of the nodes if it is about a value.
 * @param ran the tasks that led to the checkpoint of the commit
 * @param earlier who wrote before them, if that is not kept yet
 */
export function namingWriters(
  error: unknown,
  commit: Commit,
  ran: readonly Writer[],
  earlier: Writers | undefined,
): unknown {
  if (!(error instanceof UnstorableValueError)) return error
  const { channel, taskId } = error
  const nodes = taskId === undefined ? writersOf(channel, ran, earlier) : nodesOf(commit, taskId)
  return nodes.length === 0 ? error : error.writtenBy(nodes)
}

function nodesOf({ writes }: Commit, taskId: string): string[] {
  const node = writes.find((task) => task.taskId === taskId)?.node
  return node === undefined ? [] : [node]
}

function writersOf(channel: string, ran: readonly Writer[], earlier: Writers | undefined): string[] {
  const known = earlier?.get(channel)
  if (known !== undefined) return [...known]
  const names = ran
    .filter(({ writes }) => writes.some((write) => write[0] === channel))
    .map(({ name }) => name)
  if (names.length > 0) return [...new Set(names)]
  return ran.some(({ name }) => name === INPUT) ? [INPUT] : []
}
