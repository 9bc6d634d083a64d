import { counted } from '../counted.ts'
import { describeUpdate } from '../progress.ts'
import type { ResearchGraph } from '../run-thread.ts'
import type { Research } from '../state.ts'

export type Snapshot = Awaited<ReturnType<ResearchGraph['getState']>>

export interface HistoryRow {
  readonly step: number
  /** The nodes that ran in this step, such as `search × 8`. */
  readonly ran: string
  readonly wrote: string
  /** As much of the checkpoint's id as tells it from the others. */
  readonly checkpoint: string
}

/** A line of checkpoints, oldest first, each with what ran and was written between it and the one before. */
export function historyRows(oldestFirst: readonly Snapshot[]): HistoryRow[] {
  const ids = shortIds(oldestFirst.map(checkpointIdOf))
  return oldestFirst.map(({ metadata }, position) => {
    const before = oldestFirst[position - 1]
    const tasks = before?.tasks ?? []
    return {
      step: metadata?.step ?? 0,
      ran: tasks.length > 1 ? `${tasks[0]?.name} × ${tasks.length}` : (tasks[0]?.name ?? 'input'),
      wrote: before === undefined ? 'the question' : whatWasWritten(tasks),
      checkpoint: ids[position] ?? '',
    }
  })
}

export function checkpointIdOf({ config }: Snapshot): string {
  return String(config.configurable?.['checkpoint_id'])
}

function whatWasWritten(tasks: Snapshot['tasks']): string {
  const updates = tasks.map(({ result }) => (result ?? {}) as Partial<Research>)
  if (tasks[0]?.name === '__start__') return 'the question'
  if (tasks[0]?.name !== 'search')
    return tasks.map(({ name }, task) => describeUpdate(name, updates[task] ?? {})).join('; ')
  const matched = updates
    .flatMap(({ searches = [] }) => searches)
    .reduce((sum, search) => sum + search.matched, 0)
  return `${counted(matched, 'passage')} matched`
}

function shortIds(ids: readonly string[]): string[] {
  for (let length = 8; ; length++) {
    const short = ids.map((id) => id.slice(0, length))
    if (new Set(short).size === new Set(ids).size) return short
  }
}
