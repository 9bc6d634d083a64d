import type {
  ExtractStateType,
  LangGraphRunnableConfig,
  NodeError,
  StateDefinitionInit,
  StateGraphAddNodeOptions,
} from '@langchain/langgraph'

/** A runnable or a compiled graph, as far as types of nodes look at it. */
export interface RunnableBody<Input = never, Returned = unknown> {
  invoke(input: Input, options?: never): Promise<Returned>
}

/** What a node's function gets and returns. */
export type FunctionBody<Input, Context, Returned> = (
  state: Input,
  runtime: Context,
) => Returned | Promise<Returned>

type Handler<Input, Handled> = (
  state: Input,
  error: NodeError,
  config?: LangGraphRunnableConfig,
) => Handled | Promise<Handled>

/** Options of `addNode`; what they name and return is checked when the node becomes part of a graph. */
export type DeclaredOptions<Nodes extends string, Input, Handled, Schema> = Omit<
  StateGraphAddNodeOptions<Nodes>,
  'input' | 'errorHandler'
> & { input?: Schema; errorHandler?: Handler<Input, Handled> }

/** A node that was declared by `node`, whatever its types are. */
export class AnyDeclaredNode {
  // Makes the class nominal: nothing but what `node` gives is one.
  readonly #isDeclared = true

  static is(value: unknown): value is AnyDeclaredNode {
    return typeof value === 'object' && value !== null && #isDeclared in value && value.#isDeclared
  }
}

/** What a node runs and its options, for `addNodes`. Made by `node`. */
export class DeclaredNode<Input, Context, Returned, Nodes extends string, Handled> extends AnyDeclaredNode {
  constructor(
    readonly run: FunctionBody<Input, Context, Returned> | RunnableBody<Input, Returned>,
    readonly options: DeclaredOptions<Nodes, Input, Handled, StateDefinitionInit>,
  ) {
    super()
  }
}

/**
 * A node with options, for `addNodes`: what stands after the name in `addNode`.
 *
 * @param run - a function, a runnable or a compiled graph
 * @param options - those of `addNode`: `input`, `ends`, `defer`, `metadata`, `subgraphs`, `retryPolicy`, `cachePolicy`,
 * `timeout`, `tracePolicy`, `errorHandler`
 */
export function node<Input, Returned, Handled = never, const Nodes extends string = never>(
  run: RunnableBody<Input, Returned>,
  options?: DeclaredOptions<Nodes, Input, Handled, StateDefinitionInit>,
): DeclaredNode<Input, unknown, Returned, Nodes, Handled>
export function node<
  Schema extends StateDefinitionInit,
  Context,
  Returned,
  Handled = never,
  const Nodes extends string = never,
>(
  run: FunctionBody<ExtractStateType<Schema>, Context, Returned>,
  options: DeclaredOptions<Nodes, ExtractStateType<Schema>, Handled, Schema> & { input: Schema },
): DeclaredNode<ExtractStateType<Schema>, Context, Returned, Nodes, Handled>
export function node<Input, Context, Returned, Handled = never, const Nodes extends string = never>(
  run: FunctionBody<Input, Context, Returned>,
  options?: DeclaredOptions<Nodes, Input, Handled, undefined>,
): DeclaredNode<Input, Context, Returned, Nodes, Handled>
export function node(run: unknown, options: unknown = {}): unknown {
  return new DeclaredNode(run as never, options as never)
}
