// Tasks of one superstep settle in an order that depends on how many turns of the microtask queue an engine takes
// for them, which is nobody's contract. So what they tell while they run is put in the order of their names.

type StreamedChunk = readonly [namespace: string[], mode: string, payload: unknown]

/**
 * Sorts the chunks of each stretch between two barriers by the task they are from; chunks of one task keep their
 * order. Of a superstep that fails, LangGraph loses what its consumer has not taken yet: it is left out.
 */
export function inTaskOrder(chunks: readonly unknown[]): unknown[] {
  const ordered: unknown[] = []
  let stretch: { readonly chunk: unknown; readonly from: string }[] = []
  for (const chunk of chunks) {
    const from = isChunk(chunk) ? taskOf(chunk) : undefined
    if (from !== undefined) stretch.push({ chunk, from })
    else if (isFailure(chunk)) return [...ordered, chunk]
    else {
      ordered.push(...sorted(stretch), chunk)
      stretch = []
    }
  }
  return [...ordered, ...sorted(stretch)]
}

function sorted(stretch: readonly { readonly chunk: unknown; readonly from: string }[]): unknown[] {
  return stretch
    .toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
    .map(({ chunk }) => chunk)
}

/** The task that a chunk is about, with the names of the tasks around it; `undefined` for a barrier. */
function taskOf([namespace, mode, payload]: StreamedChunk): string | undefined {
  const around = namespace.map((part) => part.split(':')[0]).join('|')
  const name = nameOf(mode, payload as Record<string, unknown>)
  if (name === undefined) return around === '' ? undefined : around
  return around === '' ? name : `${around}|${name}`
}

function nameOf(mode: string, payload: Record<string, unknown>): string | undefined {
  switch (mode) {
    case 'updates':
      return '__interrupt__' in payload ? '~' : Object.keys(payload)[0]
    case 'values':
      return '__interrupt__' in payload ? '~' : undefined
    case 'tasks':
      return 'result' in payload ? String(payload['name']) : undefined
    case 'debug':
      return payload['type'] === 'task_result'
        ? nameOf('tasks', payload['payload'] as typeof payload)
        : undefined
    case 'custom':
      return '~custom'
    case 'messages':
      return String((payload as unknown as [unknown, { langgraph_node?: string }])[1].langgraph_node)
    default:
      return undefined
  }
}

function isFailure(chunk: unknown): boolean {
  return typeof chunk === 'object' && chunk !== null && 'thrown' in chunk
}

function isChunk(chunk: unknown): chunk is StreamedChunk {
  return Array.isArray(chunk) && chunk.length === 3
}
