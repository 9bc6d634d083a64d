import { childrenOf, nameOf, type Program } from './program.ts'
import type { Streamed } from './take-turn.ts'

type Chunk = readonly [namespace: readonly string[], mode: string, payload: unknown]

/**
 * Whether a graph that remembers was called and did nothing. When a thread goes on, LangGraph takes a call of such a
 * graph that has not begun yet for the one before, which has ended; see state/nested-memory.test.ts.
 */
export function losesWork({ nodes }: Program, turns: readonly unknown[]): boolean {
  const remembering = new Set(
    nodes.flatMap((node, index) =>
      childrenOf(nameOf(index), node).flatMap(([name, child]) => (child.checkpointer === true ? [name] : [])),
    ),
  )
  if (remembering.size === 0) return false
  return turns.some((turn) => {
    const { chunks = [] } = (turn ?? {}) as Partial<Streamed>
    /** Paths of the graphs that have told of tasks since their last call ended. */
    const working = new Set<string>()
    return chunks.filter(isTaskChunk).some(([namespace, , payload]) => {
      const { name, result, error, interrupts } = payload as Record<string, unknown>
      const around = namespace.map(withoutId)
      working.add(around.join('|'))
      const hasEnded = result !== undefined && error === null && (interrupts as unknown[]).length === 0
      if (!hasEnded || !remembering.has(String(name))) return false
      return !working.delete([...around, String(name)].join('|'))
    })
  })
}

function isTaskChunk(chunk: unknown): chunk is Chunk {
  return Array.isArray(chunk) && chunk[1] === 'tasks'
}

function withoutId(segment: string): string {
  return segment.split(':')[0]!
}
