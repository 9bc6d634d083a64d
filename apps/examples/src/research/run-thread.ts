import type { buildResearch } from './graph.ts'
import type { ApprovalRequest } from './nodes/approve.ts'
import { progressLine } from './progress.ts'
import type { Research } from './state.ts'

export type ResearchGraph = ReturnType<ReturnType<typeof buildResearch>['compile']>

/** Names a thread, or one of its checkpoints. */
export interface ThreadConfig {
  readonly configurable: { readonly thread_id: string; readonly checkpoint_id?: string }
  /** How many searches are made at the same time. */
  readonly maxConcurrency?: number
}

/** Where a thread stands. */
export type Standing =
  | { readonly kind: 'not begun' }
  | { readonly kind: 'unfinished'; readonly research: Research; readonly next: readonly string[] }
  | { readonly kind: 'waiting'; readonly research: Research; readonly request: ApprovalRequest }
  | { readonly kind: 'done'; readonly research: Research }

/** Reads where a thread stands; runs nothing. */
export async function standingOf(graph: ResearchGraph, config: ThreadConfig): Promise<Standing> {
  const { values, next, tasks, createdAt } = await graph.getState(config)
  if (createdAt === undefined) return { kind: 'not begun' }
  const research = values as Research
  const asked = tasks.flatMap(({ interrupts }) => interrupts)[0]
  if (asked) return { kind: 'waiting', research, request: asked.value as ApprovalRequest }
  return next.length > 0 ? { kind: 'unfinished', research, next } : { kind: 'done', research }
}

/** The state of a thread, whatever it stands at; an error when it was not begun. */
export function researchOf(standing: Standing): Research {
  if (standing.kind !== 'not begun') return standing.research
  throw new Error('This thread was not begun; give it a question first.')
}

/**
 * Runs a thread until it is done or asks. The input is a question, a human's answer, or `null` to go on from where the
 * thread was left. `onProgress` gets a line for each node that finished.
 */
export async function runThread(
  graph: ResearchGraph,
  input: Parameters<ResearchGraph['stream']>[0],
  config: ThreadConfig,
  onProgress: (line: string) => void,
): Promise<Standing> {
  const updates = await graph.stream(input, { ...config, streamMode: 'updates' })
  for await (const { __interrupt__, __metadata__, ...update } of updates as AsyncIterable<
    Record<string, object>
  >)
    for (const [node, written] of Object.entries(update)) {
      const kept = __metadata__ === undefined ? '' : ' (kept from before, not run)'
      onProgress(`${progressLine(node, written)}${kept}`)
    }
  return standingOf(graph, { configurable: { thread_id: config.configurable.thread_id } })
}
