// What both kinds of compiled graphs, state graphs and plain Pregels, hold alike.
import { SENDS, topic, type Channel, type NodeDefinition, type Plan } from '@cairn/engine'
import type { CompiledNode, PregelFields } from '../langgraph/compiled-fields.ts'
import { HIDDEN_TAG } from '../langgraph/config-keys.ts'
import { compiledGraphsIn, isCompiledGraph } from '../langgraph/recognise.ts'
import { lowerChannel } from './lower-channel.ts'
import { lowerRetry, lowerTimeout } from './policies.ts'
import type { Program, ProgramNode } from './program.ts'

export function programNode(name: string, node: CompiledNode): ProgramNode {
  return {
    name,
    isHidden: isHidden(node),
    tags: node.tags ?? [],
    metadata: node.metadata,
    hasSubgraph: isSubgraphNode(node),
    timeout: node.timeout !== undefined,
    cachePolicy: node.cachePolicy,
  }
}

export function channelsOf(compiled: PregelFields): Record<string, Channel> {
  const channels = Object.entries(compiled.channels).filter(([name]) => name !== SENDS)
  return {
    ...Object.fromEntries(channels.map(([name, channel]) => [name, lowerChannel(channel)])),
    [SENDS]: topic(),
  }
}

export function isHidden(node: CompiledNode): boolean {
  return node.tags?.includes(HIDDEN_TAG) === true
}

export function isSubgraphNode(node: CompiledNode): boolean {
  const declared = node.subgraphs ?? []
  return (declared.length > 0 ? declared : [node.bound]).some(isCompiledGraph)
}

/** Plans of the graphs that run inside a node, as far as it says so. */
export function nestedPlansOf(node: CompiledNode): Plan[] {
  const declared = node.subgraphs ?? []
  return (declared.length > 0 ? declared : [node.bound]).flatMap((each) =>
    compiledGraphsIn(each).flatMap(planOf),
  )
}

/** A graph that LangGraph runs has none. */
function planOf(graph: object): Plan[] {
  const { program } = graph as { program?: Program }
  return program === undefined ? [] : [program.plan]
}

/** How failures of the node are handled. */
export function policiesOf(node: CompiledNode): Pick<NodeDefinition, 'retry' | 'timeout' | 'errorHandler'> {
  const retry = lowerRetry(node.retryPolicy)
  const timeout = lowerTimeout(node.timeout)
  return {
    ...(retry !== undefined && { retry }),
    ...(timeout !== undefined && { timeout }),
    ...(node.errorHandlerNode !== undefined && { errorHandler: node.errorHandlerNode }),
  }
}
