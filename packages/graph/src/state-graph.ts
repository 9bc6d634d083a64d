import {
  StateGraph as LangGraphStateGraph,
  type CompiledStateGraph,
  type ExtractStateType,
  type ExtractUpdateType,
  type START,
  type StateDefinition,
  type StateDefinitionInit,
  type StateGraphAddNodeOptions,
} from '@langchain/langgraph'
import { CompiledGraph } from './compiled-graph.ts'
import type {
  CheckedNodes,
  DeclaredNodes,
  KnownNode,
  NamesIn,
  RuntimeOf,
  StateGraphOfNodes,
  UpdatesOf,
} from './declared-nodes.ts'
import type { CompiledFields } from './langgraph/compiled-fields.ts'
import { findMistakes, withAllMistakes } from './lower/find-mistakes.ts'
import { lower } from './lower/lower.ts'
import { nodeEntries } from './node-entries.ts'
import { checkOnBusy } from './on-busy.ts'
import type {
  CairnOptions,
  CompileOptions,
  NodeAction,
  NodeEntry,
  NodeOptions,
  Prettify,
  ReturnsOf,
  SchemaOf,
  Transformers,
  WithReturns,
} from './state-graph-types.ts'

/**
 * When a join fires. `all`: every parent has arrived. `any`: the first one. `activated`: those that will arrive
 * have, because no other node is due.
 */
export type JoinRule = 'all' | 'any' | 'activated'

export interface AddedJoin {
  readonly parents: readonly string[]
  readonly node: string
  readonly when: JoinRule
}

/**
 * LangGraph's builder, whose `compile()` gives a graph that runs on Cairn's engine. State schemas, nodes, edges,
 * conditional edges, policies and types are LangGraph's; new are `addJoin` and `compile({ strict: true })`.
 *
 * @typeParam SD - the schema of the state: what `Annotation.Root`, `StateSchema` or zod's `object` gives
 * @typeParam S - the state, as nodes read it
 * @typeParam U - an update, as nodes may return it
 * @typeParam N - the names of the nodes; `addNode` and `addSequence` add to it
 * @typeParam I - the schema of what a run is given
 * @typeParam O - the schema of what a run returns
 * @typeParam C - the schema of a run's `context`
 * @typeParam R - what each node returns, by name
 * @typeParam Interrupt - the function that interrupts, or several by name
 * @typeParam Writer - the function that writes to the stream of mode `custom`
 */
export class StateGraph<
  SD,
  S = ExtractStateType<SD>,
  U = ExtractUpdateType<SD, S>,
  N extends string = typeof START,
  I extends StateDefinitionInit = SchemaOf<SD>,
  O extends StateDefinitionInit = SchemaOf<SD>,
  C extends StateDefinitionInit = StateDefinition,
  R = unknown,
  Interrupt = unknown,
  Writer = unknown,
> extends LangGraphStateGraph<SD, S, U, N, I, O, C, R, Interrupt, Writer> {
  readonly #joins: AddedJoin[] = []

  /**
   * Adds nodes: one by its name, several by a map, or a list of `[name, action, options]`. As in LangGraph, the
   * builder that it returns knows the new names, and no longer the types of interrupts and of the writer.
   */
  override addNode<K extends string, Nodes extends Record<K, NodeAction<S, U, C, Interrupt, Writer>>>(
    nodes: Nodes,
  ): StateGraph<SD, S, U, N | K, I, O, C, WithReturns<R, ReturnsOf<Nodes, S, C, Interrupt, Writer>>>
  override addNode<K extends string, Input = S, Output extends U = U>(
    nodes: NodeEntry<K, NodeAction<Input, Output, C, Interrupt, Writer>, NodeOptions<N | K, Input, U>>[],
  ): StateGraph<SD, S, U, N | K, I, O, C, WithReturns<R, { [Name in K]: Output }>>
  override addNode<K extends string, Input extends StateDefinitionInit, Output extends U = U>(
    name: K,
    action: NodeAction<ExtractStateType<Input>, Output, C, Interrupt, Writer>,
    options: StateGraphAddNodeOptions<N | K, Input, ExtractStateType<Input>, U>,
  ): StateGraph<SD, S, U, N | K, I, O, C, WithReturns<R, { [Name in K]: Output }>>
  override addNode<K extends string, Input = S, Output extends U = U>(
    name: K,
    action: NodeAction<Input, Output, C, Interrupt, Writer>,
    options?: NodeOptions<N | K, Input, U>,
  ): StateGraph<SD, S, U, N | K, I, O, C, WithReturns<R, { [Name in K]: Output }>>
  override addNode<K extends string, Input = S>(
    name: K,
    action: NodeAction<Input, U, C, Interrupt, Writer>,
    options?: NodeOptions<N | K, Input, U>,
  ): StateGraph<SD, S, U, N | K, I, O, C, R>
  override addNode(...nodes: never): never {
    return super.addNode(...(nodes as [never])) as never
  }

  /**
   * Adds nodes that are declared as one object: functions, runnables, compiled graphs, or `node(run, options)`. All of
   * them know each other's names, and the builder that this returns knows them everywhere: in edges, joins, routers,
   * what a `Command` goes to, `ends` and breakpoints. Types of interrupts and of the writer are kept.
   * @throws {InvalidPlanError} when something in the object is no node, or there is nothing in it
   */
  addNodes<Nodes extends DeclaredNodes<Nodes, S, U, RuntimeOf<C, Interrupt, Writer>, KnownNode<N>>>(
    nodes: Nodes & NoInfer<CheckedNodes<Nodes, U, RuntimeOf<C, Interrupt, Writer>, KnownNode<N>>>,
  ): StateGraphOfNodes<
    SD,
    S,
    U,
    KnownNode<N> | NamesIn<Nodes>,
    I,
    O,
    C,
    // Not `WithReturns`: nested in itself it is too deep for the comparison of two builders.
    R & UpdatesOf<Nodes>,
    Interrupt,
    Writer
  > {
    for (const [name, action, options] of nodeEntries(nodes))
      super.addNode(name, action as never, options as never)
    return this as never
  }

  /** Adds nodes with an edge from each to the next: a list of `[name, action, options]`, or a map in its order. */
  override addSequence<K extends string, Input = S, Output extends U = U>(
    nodes: NodeEntry<K, NodeAction<Input, Output, C, Interrupt, Writer>, NodeOptions<N | K, Input, U>>[],
  ): StateGraph<SD, S, U, N | K, I, O, C, WithReturns<R, { [Name in K]: Output }>>
  override addSequence<K extends string, Nodes extends Record<K, NodeAction<S, U, C, Interrupt, Writer>>>(
    nodes: Nodes,
  ): StateGraph<SD, S, U, N | K, I, O, C, WithReturns<R, ReturnsOf<Nodes, S, C, Interrupt, Writer>>>
  override addSequence(nodes: never): never {
    return super.addSequence(nodes) as never
  }

  /** Adds `node` after several parents. `addEdge([a, b], c)` is `addJoin([a, b], c, { when: 'all' })`. */
  addJoin(
    parents: readonly Exclude<N, typeof START>[],
    node: Exclude<N, typeof START>,
    { when = 'all' }: { when?: JoinRule } = {},
  ): this {
    this.#joins.push({ parents: [...parents], node, when })
    return this
  }

  /** Parents reach a node that only a join leads to; LangGraph's validation has to see that. */
  override get allEdges(): Set<[string, string]> {
    const joined = this.#joins.flatMap(({ parents, node }) =>
      parents.map((parent): [string, string] => [parent, node]),
    )
    return new Set([...super.allEdges, ...joined])
  }

  /**
   * The graph, ready to run.
   * @throws {Error} LangGraph's for the first mistake in the definition; when there are several, its message lists all
   * of them, and its `cause` is an `InvalidPlanError` with the list
   */
  override compile<const T extends Transformers = []>(
    options: CompileOptions<N, T> = {},
  ): CompiledStateGraph<Prettify<S>, Prettify<U>, N, I, O, C, R, Interrupt, Writer, T> {
    const { strict: isStrict = false, onBusy, version, migrations, ...rest } = options
    checkOnBusy(onBusy)
    const compiled = this.#compileOnce(rest)
    const program = lower(compiled, { isStrict, joins: this.#joins, version, migrations })
    return new CompiledGraph({ ...compiled, program, onBusy }) as never
  }

  #compileOnce(options: Omit<CompileOptions<N, Transformers>, CairnOptions>): CompiledFields {
    try {
      return super.compile(options)
    } catch (error) {
      const breakpoints: (string | undefined)[] = [options.interruptBefore, options.interruptAfter].flat()
      throw withAllMistakes(
        error,
        findMistakes(this, {
          joins: this.#joins,
          breakpoints: breakpoints.filter((name) => name !== undefined).filter((name) => name !== '*'),
        }),
      )
    }
  }
}
