/** Where a chunk comes from: the namespaces of the tasks around the graph, outermost first; `[]` at the root. */
export type Namespace = readonly string[]

/** `[namespace, mode, payload]`, as nested graphs of either engine hand chunks up. */
export type Chunk = readonly [namespace: Namespace, mode: string, payload: unknown]

/** What takes chunks. LangGraph's nested graphs read `modes` and call `push`. */
export interface ChunkSink {
  readonly modes: ReadonlySet<string>
  push(chunk: Chunk): void
}
