import type { Compilable, Vocabulary } from './differential.ts'

/** A builder without types: for programs that do not compile, and for one program over several kinds of schema. */
export interface UntypedBuilder extends Compilable {
  readonly nodes: Record<string, unknown>
  readonly channels: Record<string, unknown>
  addNode(...args: unknown[]): UntypedBuilder
  addSequence(nodes: unknown): UntypedBuilder
  addEdge(from: unknown, to: unknown): UntypedBuilder
  addConditionalEdges(...args: unknown[]): UntypedBuilder
  setEntryPoint(node: string): UntypedBuilder
  setFinishPoint(node: string): UntypedBuilder
  setNodeDefaults(defaults: object): UntypedBuilder
  validate(interrupt?: string[]): unknown
  compile(options?: object): UntypedGraph
}

interface UntypedGraph {
  invoke(input: unknown, config?: object): Promise<unknown>
  stream(input: unknown, config?: object): Promise<AsyncIterable<unknown>>
  getState(config: object, options?: object): Promise<unknown>
  getStateHistory(config: object): AsyncIterable<never>
  updateState(config: object, values: unknown, asNode?: string): Promise<object>
}

/** `new StateGraph(…args)`, without types. */
export function untyped({ StateGraph }: Vocabulary, ...args: unknown[]): UntypedBuilder {
  return new (StateGraph as unknown as new (...args: unknown[]) => UntypedBuilder)(...args)
}
