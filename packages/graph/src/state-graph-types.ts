// Types of LangGraph's builder that it does not export, said again so that `StateGraph` can chain into itself.
import type { RunnableConfig, RunnableInterface } from '@langchain/core/runnables'
import type {
  AnyStateSchema,
  Runtime,
  StateDefinition,
  StateDefinitionInit,
  StateGraph as LangGraphStateGraph,
  StateGraphAddNodeOptions,
  StateType,
  ToStateDefinition,
} from '@langchain/langgraph'

import type { Migration } from '@cairn/engine'
import type { OnBusy } from './on-busy.ts'

/** What a schema that is given for the state stands for where an input or output schema is wanted. */
export type SchemaOf<Definition> = Definition extends AnyStateSchema
  ? Definition
  : Definition extends StateDefinitionInit
    ? ToStateDefinition<Definition>
    : StateDefinition

/** A function, a runnable, or an object of either that gives an object of their outputs. */
type RunnableLike<Input, Output, Options extends RunnableConfig = RunnableConfig> =
  | RunnableInterface<Input, Output, Options>
  | RunnableFunction<Input, Output, Options>
  | RunnableMap<Input, Output>

type RunnableFunction<Input, Output, Options> = (input: Input, options: Options) => Output | Promise<Output>

type RunnableMap<Input, Output> = { [Key in keyof Output]: RunnableLike<Input, Output[Key]> }

// What a node returns may be of an interface type; such a type is no `Record<string, unknown>`.
// oxlint-disable-next-line typescript/no-explicit-any
type OpenEnded<Update> = Update extends object ? Update & Record<string, any> : Update

/** What `addNode` takes for a node: its input, what it returns, and what the run gives it besides. */
export type NodeAction<Input, Update, Context extends StateDefinitionInit, Interrupt, Writer> = RunnableLike<
  Input,
  OpenEnded<Update>,
  Runtime<StateType<ToStateDefinition<Context>>, Interrupt, Writer>
>

/** Options of a node whose input is known from its function, not from a schema. */
export type NodeOptions<Nodes extends string, Input, Update> = StateGraphAddNodeOptions<
  Nodes,
  StateDefinitionInit | undefined,
  Input,
  Update
>

/** A node in a list of nodes. */
export type NodeEntry<Name, Action, Options> = [name: Name, action: Action, options?: Options]

/** What each node returns, by name: the nodes so far and those that are added. */
export type WithReturns<Before, Added> = Before & Added extends infer Returns
  ? { [Node in keyof Returns]: Returns[Node] }
  : never

/** What the nodes of a map return, by name. */
export type ReturnsOf<Nodes, Input, Context extends StateDefinitionInit, Interrupt, Writer> = {
  [Node in keyof Nodes]: Nodes[Node] extends NodeAction<Input, infer Update, Context, Interrupt, Writer>
    ? Update
    : never
}

/** An intersection or a mapped type as the plain object that it is. */
export type Prettify<T> = { [Key in keyof T]: T[Key] } & {}

type LangGraphCompileOptions<Nodes extends string> = NonNullable<
  Parameters<LangGraphStateGraph<unknown, unknown, unknown, Nodes>['compile']>[0]
>

export type Transformers = NonNullable<LangGraphCompileOptions<string>['transformers']>

/** LangGraph's options of `compile`, and Cairn's. */
export type CompileOptions<Nodes extends string, Added extends Transformers> = Omit<
  LangGraphCompileOptions<Nodes>,
  'transformers'
> & {
  /** Stream transformers that every `streamEvents(…, { version: 'v3' })` begins with. */
  transformers?: Added
  /**
   * Makes errors of what is reported and forgiven by default: keys in a node's return that the state does not have, and
   * parts of a stored thread that the graph has no place for, though nobody waits for them.
   * @default false
   */
  strict?: boolean
  /**
   * Names what this graph looks like, for migrations to begin from. Threads of a graph that has none are at `1`.
   * @default '1'
   */
  version?: string
  /**
   * How threads that earlier versions of this graph have begun come to this version: each leads from one version to
   * another, several in a row if need be. Without one, a thread goes on as long as nothing of it would be lost.
   */
  migrations?: readonly Migration[]
  /**
   * What a run of this graph does when another run has its thread, unless it is told: fail with a `ThreadBusyError`,
   * wait until the thread is free, or make the other one stop before its next superstep.
   * @default 'reject'
   */
  onBusy?: OnBusy
}

/** Those of the options that LangGraph does not know. */
export type CairnOptions = 'strict' | 'onBusy' | 'version' | 'migrations'
