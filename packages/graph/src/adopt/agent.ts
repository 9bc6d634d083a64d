import { isCompiledGraph } from '../langgraph/recognise.ts'
import { redirect } from './redirect.ts'

/** What `createAgent` of the package `langchain` gives: an object around a compiled graph that nobody can replace. */
interface Agent {
  readonly graph: object
  readonly options: object
  checkpointer: unknown
  store: unknown
  withConfig(config: object): Agent
}

export function isAgent(candidate: object): candidate is Agent {
  const { graph, options, withConfig } = candidate as Partial<Agent>
  return isCompiledGraph(graph) && typeof options === 'object' && typeof withConfig === 'function'
}

/** A copy of the agent, made of the same options, whose graph is adopted. */
export function adoptAgent(agent: Agent, adopt: <Graph extends object>(graph: Graph) => Graph): Agent {
  const copy = agent.withConfig({})
  copy.checkpointer = agent.checkpointer
  copy.store = agent.store
  const { graph } = copy
  const withConfig = copy.withConfig.bind(copy)
  redirect(graph, adopt(graph))
  Object.defineProperty(copy, 'withConfig', {
    configurable: true,
    value: (config: object) => adoptAgent(withConfig(config), adopt),
  })
  return copy
}
