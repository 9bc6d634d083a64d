// From a plain Pregel, such as an entrypoint compiles to, to a plan: its nodes name their channels themselves, and
// what they return is written by Runnables.
import { EMPTY, createPlan, type NodeDefinition } from '@cairn/engine'
import type { PregelFields, PregelNodeFields } from '../langgraph/compiled-fields.ts'
import { channelsOf, isHidden, nestedPlansOf, policiesOf, programNode } from './compiled-node.ts'
import { createPregelBody } from './pregel-body.ts'
import type { Program } from './program.ts'

export function lowerPregel(pregel: PregelFields): Program {
  const nodes = Object.entries(pregel.nodes as Record<string, PregelNodeFields>)
  return {
    plan: createPlan({
      name: pregel.getName(),
      channels: channelsOf(pregel),
      nodes: Object.fromEntries(
        nodes
          .filter(([, node]) => node.getNode() !== undefined)
          .map(([name, node]) => [name, definitionOf(node)]),
      ),
    }),
    isStrict: false,
    nodeNames: new Set(nodes.map(([name]) => name)),
    inputChannels: pregel.inputChannels,
    hasInputSchema: false,
    hasContextSchema: false,
    nodes: new Map(nodes.map(([name, node]) => [name, programNode(name, node)])),
    outputKeys: pregel.outputChannels,
    streamKeys: pregel.streamChannelsAsIs,
  }
}

function definitionOf(node: PregelNodeFields): NodeDefinition {
  return {
    triggers: node.triggers,
    reads: Object.values(node.channels),
    inputOf: inputReader(node),
    isHidden: isHidden(node),
    nested: () => nestedPlansOf(node),
    body: createPregelBody(node),
    ...policiesOf(node),
  }
}

/**
 * A list of channels is read for the first one that holds something; an object for all of them, and those that
 * trigger the node have to be there.
 */
function inputReader({
  channels,
  triggers,
  mapper,
}: PregelNodeFields): NonNullable<NodeDefinition['inputOf']> {
  const shape = mapper ?? ((input: unknown) => input)
  if (Array.isArray(channels)) {
    return (values) => {
      const channel = channels.find((each) => each in values)
      return channel === undefined || values[channel] === undefined ? EMPTY : shape(values[channel])
    }
  }
  const entries = Object.entries(channels)
  const required = entries.map(([, channel]) => channel).filter((channel) => triggers.includes(channel))
  return (values) => {
    if (required.some((channel) => !(channel in values))) return EMPTY
    const present = entries.filter(([, channel]) => channel in values)
    return shape(Object.fromEntries(present.map(([key, channel]) => [key, values[channel]])))
  }
}
