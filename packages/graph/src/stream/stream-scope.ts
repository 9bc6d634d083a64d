/** From which graphs a stream takes what callbacks tell. */
export interface StreamScope {
  /** Also from nested graphs. */
  readonly subgraphs: boolean
  /** Namespace of the graph that streams; `''` at the root. */
  readonly namespace: string
}

export function isInScope(namespace: readonly string[], scope: StreamScope): boolean {
  return scope.subgraphs || namespace.length === 0 || namespace.join('|') === scope.namespace
}

/**
 * Where the graph is whose task has this namespace: without the task itself, and without the tasks that called it.
 * @param path of the task, as its metadata spells it
 */
export function graphNamespace(taskNamespace: string, path: unknown): string[] {
  const parts = taskNamespace.split('|')
  let levels = 1
  while (Array.isArray(path) && path[0] === '__pregel_push' && path.at(-1) === true) {
    levels++
    path = path[1]
  }
  return parts.slice(0, Math.max(parts.length - levels, 0))
}
