import type { Holder } from '@cairn/engine'
import type { ProcessIdentity } from './process-identity.ts'

/** A run and its process, as the tables hold them: JSON. */
export interface StoredHolder extends Holder, ProcessIdentity {
  readonly host: string
}

export function storedText(runId: string, { processId, host, machine, startedAt }: ProcessIdentity): string {
  return JSON.stringify({ runId, processId, host, machine, startedAt } satisfies StoredHolder)
}

export function storedHolder(text: string): StoredHolder {
  return JSON.parse(text) as StoredHolder
}

/** What others are told of it. */
export function shownHolder({ runId, processId, host }: StoredHolder): Holder {
  return { runId, processId, host }
}
