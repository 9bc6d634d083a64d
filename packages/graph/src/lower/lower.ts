// From a builder to a plan: one channel per state key, one trigger channel per node, one barrier per join, and for
// each node a body that calls it and puts its writes. The names of the channels are LangGraph's, because they are
// what a saved thread holds.
import { START, barrier, createPlan, type Channel, type Migration, type NodeDefinition } from '@cairn/engine'
import type { BuilderFields, CompiledFields, CompiledNode } from '../langgraph/compiled-fields.ts'
import type { AddedJoin } from '../state-graph.ts'
import {
  channelsOf,
  isHidden,
  isSubgraphNode,
  nestedPlansOf,
  policiesOf,
  programNode,
} from './compiled-node.ts'
import { createGoTo, createRoute } from './destinations.ts'
import { createNodeBody } from './node-body.ts'
import type { Program } from './program.ts'
import { schemaValidator, stateUpdater } from './state-update.ts'
import { tracedNode } from './traced-node.ts'

export interface LoweringOptions {
  /** Mistakes that are warned of by default are errors. */
  readonly isStrict: boolean
  readonly joins: readonly AddedJoin[]
  readonly version?: string | undefined
  readonly migrations?: readonly Migration[] | undefined
}

export function lower(compiled: CompiledFields, options: LoweringOptions): Program {
  const { isStrict, joins, version, migrations } = options
  const { builder } = compiled
  const names = Object.keys(compiled.nodes).filter((name) => name !== START)
  const validate = schemaValidator(builder)

  const definitionOf = (name: string, node: CompiledNode): NodeDefinition => {
    const isStart = name === START
    const hasSubgraph = isSubgraphNode(node)
    return {
      triggers: [...node.triggers, ...joins.filter((join) => join.node === name).map(joinChannelName)],
      reads: Array.isArray(node.channels) ? node.channels[0]! : Object.keys(node.channels),
      isHidden: isHidden(node),
      nested: () => nestedPlansOf(node),
      body: createNodeBody({
        name,
        runnable: isStart ? undefined : node.bound,
        updatesOf: stateUpdater({
          node: name,
          keys: isStart ? inputKeys(builder) : Object.keys(builder.channels),
          unknownKeys: isStart || hasSubgraph ? 'ignore' : isStrict ? 'error' : 'warn',
          validate,
        }),
        goTo: createGoTo(name, names),
        edges: [...builder.edges].filter(([from]) => from === name).map(([, to]) => to),
        joins: [
          ...[...builder.waitingEdges]
            .filter(([from]) => from.includes(name))
            .map(([from, to]) => waitingChannelName(from, to)),
          ...joins.filter((join) => join.parents.includes(name)).map(joinChannelName),
        ],
        tracedAs: tracedNode(node),
        routes: Object.values(builder.branches[name] ?? {}).map((branch) => createRoute(branch, name)),
      }),
      ...policiesOf(node),
    }
  }

  return {
    plan: createPlan({
      name: compiled.getName(),
      ...(version !== undefined && { version }),
      ...(migrations !== undefined && { migrations }),
      channels: { ...channelsOf(compiled), ...joinChannels(builder, joins) },
      nodes: Object.fromEntries(
        Object.entries(compiled.nodes).map(([name, node]) => [name, definitionOf(name, node)]),
      ),
    }),
    isStrict,
    nodeNames: new Set(Object.keys(compiled.nodes)),
    inputChannels: START,
    hasInputSchema: hasInputSchema(builder),
    hasContextSchema: builder._configRuntimeSchema !== undefined,
    nodes: new Map(Object.entries(compiled.nodes).map(([name, node]) => [name, programNode(name, node)])),
    outputKeys: compiled.outputChannels,
    streamKeys: compiled.streamChannelsAsIs,
  }
}

function joinChannels(builder: BuilderFields, joins: readonly AddedJoin[]): Record<string, Channel> {
  return Object.fromEntries(
    joins.map((join) => {
      const isDeferred = join.when === 'activated' || builder.nodes[join.node]?.defer === true
      const quorum = join.when === 'all' ? join.parents.length : 1
      return [joinChannelName(join), barrier({ names: join.parents, quorum, isDeferred })]
    }),
  )
}

/** A join with a rule of its own never shares a channel with one that waits for all. */
function joinChannelName({ parents, node, when }: AddedJoin): string {
  return when === 'all' ? waitingChannelName(parents, node) : `join-${when}:${parents.join('+')}:${node}`
}

function waitingChannelName(from: readonly string[], to: string): string {
  return `join:${from.join('+')}:${to}`
}

function inputKeys(builder: BuilderFields): string[] {
  return Object.keys(builder._schemaDefinitions.get(builder._inputDefinition) ?? {})
}

/** Without one, LangGraph marks the input as "part of the state", which may have a schema or not. */
function hasInputSchema({
  _inputRuntimeDefinition: input,
  _schemaRuntimeDefinition: state,
}: BuilderFields): boolean {
  return typeof input === 'object' || state !== undefined
}
