// Graphs that LangGraph compiled, run on Cairn's engine.
import { CompiledStateGraph, StateGraph } from '@langchain/langgraph'
import { Pregel as LangGraphPregel } from '@langchain/langgraph/pregel'
import { CompiledGraph } from '../compiled-graph.ts'
import { CannotAdoptError } from '../errors.ts'
import type { CompiledNode, PregelFields } from '../langgraph/compiled-fields.ts'
import { CompiledPlainGraph, EnginePregel } from '../pregel.ts'
import { adoptAgent, isAgent } from './agent.ts'
import { redirectWithin } from './redirect.ts'
import { withAdoptedGraphs } from './within-runnable.ts'

/** One adopted graph for each, however often it is adopted or nested. */
const adoptedBy = new WeakMap<object, object>()

/**
 * A graph that was compiled elsewhere (by `createReactAgent`, `createAgent`, a supervisor, a swarm, an entrypoint, any
 * `StateGraph` of LangGraph's) on Cairn's engine: same nodes, channels, name, saver, store, cache, breakpoints and
 * config. Graphs that are its nodes are adopted too. The given one stays as it is; only a graph that a node's function
 * calls, and that the node declares with `subgraphs`, is made to run on Cairn's engine when it is called from there.
 *
 * @param graph what `compile()`, `createAgent()` or `entrypoint()` gave; one that runs on Cairn already is returned as
 * it is
 * @throws {CannotAdoptError} with the reason: a builder that is not compiled, a remote graph, a class of the user's
 */
export function adopt<Graph extends object>(graph: Graph): Graph {
  const known = adoptedBy.get(graph)
  if (known !== undefined) return known as Graph
  if (isOnEngine(graph)) return graph
  const adopted = isAgent(graph) ? adoptAgent(graph, adopt) : adoptCompiled(graph)
  adoptedBy.set(graph, adopted)
  return adopted as Graph
}

function adoptCompiled(graph: object): object {
  const EngineClass = engineClasses.get(Object.getPrototypeOf(graph))
  if (EngineClass === undefined) throw new CannotAdoptError(nameOf(graph), reasonAgainst(graph))
  return new EngineClass({ ...graph, nodes: adoptNodes((graph as PregelFields).nodes) } as never)
}

/** For each of LangGraph's classes of compiled graphs, the one that runs the same on Cairn's engine. */
const engineClasses = new Map<unknown, typeof CompiledGraph>([
  [CompiledStateGraph.prototype, CompiledGraph],
  [LangGraphPregel.prototype, EnginePregel],
  [Object.getPrototypeOf(CompiledStateGraph.prototype), CompiledPlainGraph],
])

function isOnEngine(graph: object): boolean {
  return [...engineClasses.values()].some((EngineClass) => graph instanceof EngineClass)
}

function adoptNodes(nodes: Readonly<Record<string, CompiledNode>>): Record<string, CompiledNode> {
  return Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, adoptNode(node)]))
}

function adoptNode(node: CompiledNode): CompiledNode {
  const bound = withAdoptedGraphs(node.bound, adoptIfPossible)
  const called = (node.subgraphs ?? []).filter((subgraph) => subgraph !== node.bound)
  for (const subgraph of called) redirectWithin(subgraph, adoptIfPossible(subgraph))
  const subgraphs = node.subgraphs?.map(adoptIfPossible)
  return Object.assign(Object.create(Object.getPrototypeOf(node)), node, { bound, subgraphs }) as CompiledNode
}

/** A nested graph that has to stay on its own engine, such as a remote one, runs there; both kinds nest in each other. */
function adoptIfPossible<Graph extends object>(graph: Graph): Graph {
  try {
    return adopt(graph)
  } catch (error) {
    if (error instanceof CannotAdoptError) return graph
    throw error
  }
}

function nameOf(graph: object): string {
  const { name } = graph as { name?: unknown }
  return typeof name === 'string' ? name : graph.constructor.name
}

function reasonAgainst(graph: object): string {
  if (graph instanceof StateGraph) return 'it is a builder. Compile it first: adopt(builder.compile()).'
  const { lg_is_pregel: isPregel, lc_id: id } = graph as { lg_is_pregel?: boolean; lc_id?: string[] }
  if (isPregel !== true)
    return 'it is no compiled graph. Pass what compile(), createAgent() or entrypoint() returns.'
  if (id?.at(-1) === 'RemoteGraph')
    return 'it runs on a server. It can be a node of a graph on Cairn as it is.'
  if (graph instanceof LangGraphPregel) {
    return (
      `${graph.constructor.name} is a class of its own, and what it overrides would be lost. ` +
      'Adopt an instance of the class that it extends, or use it as a node as it is.'
    )
  }
  return (
    'it comes from another copy of @langchain/langgraph than the one that @cairn/graph uses. ' +
    'Make both the same version, so that one copy is installed.'
  )
}
