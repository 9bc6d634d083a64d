// Types of `addNodes`: nodes that are declared as one object know each other's names.
//
// TypeScript has to find out the types of all nodes, each of which may name any other. It goes in two steps:
//   D1. `DeclaredNodes` constrains the object just enough that a function without annotations gets the types of the
//       state, the runtime and the destinations; whatever can be called is let through.
//   D2. `CheckedNodes` then looks at what was found. A node that is right stays as it is; one that is wrong is given
//       a type that it does not fit, whose text says what is wrong.
import type { RunnableInterface } from '@langchain/core/runnables'
import type {
  CommandInstance,
  END,
  LangGraphRunnableConfig,
  Runtime,
  START,
  Send,
  StateDefinition,
  StateDefinitionInit,
  StateType,
  ToStateDefinition,
} from '@langchain/langgraph'
import type { AnyDeclaredNode, DeclaredNode, FunctionBody, RunnableBody } from './declared-node.ts'
import type { SchemaOf } from './state-graph-types.ts'
import type { StateGraph } from './state-graph.ts'

/** What a run gives its nodes besides their input. */
export type RuntimeOf<Context extends StateDefinitionInit, Interrupt, Writer> = Runtime<
  StateType<ToStateDefinition<Context>>,
  Interrupt,
  Writer
>

/** The start is a node of the builder, but no node to go to. */
export type KnownNode<Names extends string> = Exclude<Names, typeof START>

/** The names of an object of nodes, in error messages one by one. */
export type NamesIn<Nodes> = keyof Nodes extends infer Name extends string ? Name : never

/** An object of nodes: functions, runnables, compiled graphs, and what `node` gives. */
export type DeclaredNodes<Nodes, State, Update, Context, Known extends string> = {
  [Name in keyof Nodes]: Declarable<State, Update, Context, NamesIn<Nodes> | Known>
}

type Declarable<State, Update, Context, Names extends string> =
  | FunctionBody<State, Context, Returns<Update, Names>>
  | DeclaredNode<State, Context, Returns<Update, Names>, Names, Returns<Update, Names>>
  // It has no signature: it lets everything through, and says nothing on what a parameter may be.
  | object

/** What a node may return where `Names` are there to go to. */
type Returns<Update, Names extends string> = Update | CommandInstance<unknown, Update, Names | typeof END>

/** `unknown` for each node that is right, a type that it does not fit for each that is wrong. */
export type CheckedNodes<Nodes, Update, Context, Known extends string> = {
  [Name in keyof Nodes]: CheckedNode<Nodes[Name], Update, Context, NamesIn<Nodes> | Known>
}

type CheckedNode<Node, Update, Context, Names extends string> = [Node] extends [
  AnyDeclaredNode | RunnableBody | ((...input: never) => unknown),
]
  ? CheckedNames<Node, Update, Context, Names>
  : 'A node is a function, a runnable or node(run, options)'

type CheckedNames<Node, Update, Context, Names extends string> = [UnknownName<Node, Names>] extends [never]
  ? CheckedReturn<Node, Update, Context>
  : `There is no node '${UnknownName<Node, Names>}' in this graph`

type CheckedReturn<Node, Update, Context> = [UpdatesIn<ReturnedBy<Node>>] extends [OpenEnded<Update>]
  ? CheckedContext<Node, Context>
  : [Node, ReturnedBy<Node>] extends [(...input: never) => infer Returned, PlainObject]
    ? (...input: never) => Returned extends Promise<unknown> ? Promise<Update> : Update
    : WrongMessage<UpdatesIn<ReturnedBy<Node>>, Update>

/** Any object but a Command. */
type PlainObject = object & { readonly lg_name?: never }

type WrongMessage<Returned, Update> = [Returned] extends [object]
  ? `The state can't take what this node returns for '${WrongKey<Returned, Update>}'`
  : 'A node returns an update of the state, or a Command'

type CheckedContext<Node, Context> =
  ContextOf<Node> extends { context?: infer Wanted }
    ? Context extends { context?: infer Given }
      ? [Given] extends [Wanted]
        ? unknown
        : "This node expects another context than the graph's"
      : unknown
    : unknown

/** Names that are known to be wrong: of a plain `string` nothing is known. */
type UnknownName<Node, Names extends string> =
  | UnknownAmong<Destinations<ReturnedBy<Node>>, Names>
  | UnknownAmong<EndsOf<Node>, Names>

type UnknownAmong<Found extends string, Names extends string> = string extends Found
  ? never
  : Exclude<Found, Names | typeof END>

type WrongKey<Returned, Update> = Returned extends object
  ? {
      [Key in keyof Returned & keyof Update]: Returned[Key] extends Update[Key] ? never : Key
    }[keyof Returned & keyof Update] &
      string
  : never

// What a node returns may be of an interface type; such a type is no `Record<string, unknown>`.
// oxlint-disable-next-line typescript/no-explicit-any
type OpenEnded<Update> = Update extends object ? Update & Record<string, any> : Update

type ReturnedBy<Node> =
  Node extends DeclaredNode<infer _Input, infer _Context, infer Returned, infer _Nodes, infer Handled>
    ? Awaited<Returned | Handled>
    : Node extends (...input: never) => infer Returned
      ? Awaited<Returned>
      : Node extends { invoke(...input: never): infer Returned }
        ? Awaited<Returned>
        : never

type ContextOf<Node> =
  Node extends DeclaredNode<infer _Input, infer Context, infer _Returned, infer _Nodes, infer _Handled>
    ? Context
    : Node extends (state: never, runtime: infer Context) => unknown
      ? Context
      : unknown

type EndsOf<Node> =
  Node extends DeclaredNode<infer _Input, infer _Context, infer _Returned, infer Nodes, infer _Handled>
    ? Nodes
    : never

type Destinations<Returned> =
  Returned extends CommandInstance<infer _Resume, infer _Update, infer Nodes> ? Nodes : never

/** The updates among what a node returns: its own, and those of its commands. */
type UpdatesIn<Returned> =
  Returned extends CommandInstance<infer _Resume, infer Update, infer _Nodes>
    ? string extends keyof Update
      ? never
      : Update
    : Returned

/** What nodes write, by their names, as streams of mode `updates` give it. */
export type UpdatesOf<Nodes> = { [Name in keyof Nodes]: UpdatesIn<ReturnedBy<Nodes[Name]>> }

type Labels<Names extends string> = Record<string, Names | typeof END> | (Names | typeof END)[]

/** What a router may return: labels of its map, or names when there is none. */
type Route<Names extends string, Ends> =
  | Send<Names>
  | ([Ends] extends [never]
      ? Names | typeof END
      : Ends extends unknown[]
        ? Ends[number]
        : keyof Ends & string)

type Router<State, Context, Routes> =
  | ((state: State, config: Context) => Routes | Routes[] | Promise<Routes | Routes[]>)
  | RunnableInterface<State, Routes | Routes[]>

/**
 * A builder all of whose nodes are known, so that routers, too, may go only to nodes that are there.
 *
 * @typeParam N - the names of the nodes; the other parameters are those of `StateGraph`
 */
export interface StateGraphOfNodes<
  SD,
  S,
  U,
  N extends string,
  I extends StateDefinitionInit = SchemaOf<SD>,
  O extends StateDefinitionInit = SchemaOf<SD>,
  C extends StateDefinitionInit = StateDefinition,
  R = unknown,
  Interrupt = unknown,
  Writer = unknown,
> extends StateGraph<SD, S, U, N | typeof START, I, O, C, R, Interrupt, Writer> {
  addEdge(from: typeof START | N | N[], to: N | typeof END): this
  addConditionalEdges<const Ends extends Labels<N> = never>(edges: {
    source: typeof START | N
    path: Router<S, LangGraphRunnableConfig<StateType<ToStateDefinition<C>>>, NoInfer<Route<N, Ends>>>
    pathMap?: Ends
  }): this
  addConditionalEdges<const Ends extends Labels<N> = never>(
    source: typeof START | N,
    path: Router<S, LangGraphRunnableConfig<StateType<ToStateDefinition<C>>>, NoInfer<Route<N, Ends>>>,
    pathMap?: Ends,
  ): this
}
