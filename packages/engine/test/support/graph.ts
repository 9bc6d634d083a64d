// Graphs for tests, in the words of nodes and edges, made into plans as a graph compiler does it.
import {
  SENDS,
  barrier,
  createPlan,
  deferredValue,
  ephemeral,
  topic,
  type Attempt,
  type Channel,
  type NodeBody,
  type NodeDefinition,
  type Plan,
  type RunStart,
  type Write,
} from '../../src/index.ts'

export interface GraphNode extends Omit<NodeDefinition, 'body' | 'triggers'> {
  readonly body?: NodeBody
  /** Where its edges lead, once it has finished. */
  readonly goesTo?: readonly string[]
  readonly isDeferred?: boolean
  /** Channels that make it due, besides edges. */
  readonly watches?: readonly string[]
}

export interface Join {
  readonly from: readonly string[]
  readonly to: string
  readonly quorum?: number
}

export interface Graph {
  readonly channels?: Readonly<Record<string, Channel>>
  readonly nodes: Readonly<Record<string, GraphNode>>
  readonly joins?: readonly Join[]
}

/** Nodes read every channel of the state, unless they say otherwise. */
export function planOf({ channels = {}, nodes, joins = [] }: Graph): Plan {
  const all: Record<string, Channel> = { ...channels }
  for (const [name, { isDeferred }] of Object.entries(nodes)) {
    all[edgeTo(name)] = isDeferred === true ? deferredValue() : ephemeral({ isGuarded: false })
  }
  for (const { from, to, quorum = from.length } of joins) {
    const isDeferred = nodes[to]?.isDeferred === true
    all[joinName(from, to)] = barrier({ names: from, quorum, isDeferred })
  }
  all[SENDS] = topic()
  const definitions = Object.entries(nodes).map(([name, node]) => {
    const { body, goesTo = [], isDeferred: _, watches = [], ...policies } = node
    const edges: Write[] = goesTo.map((target) => [edgeTo(target), null])
    const arrivals: Write[] = joins
      .filter(({ from }) => from.includes(name))
      .map(({ from, to }) => [joinName(from, to), name])
    const triggers = [
      edgeTo(name),
      ...joins.filter(({ to }) => to === name).map(({ from, to }) => joinName(from, to)),
      ...watches,
    ]
    const followed = following(body, [...edges, ...arrivals])
    return [name, { reads: Object.keys(channels), ...policies, triggers, body: followed }] as const
  })
  return createPlan({ name: 'test', channels: all, nodes: Object.fromEntries(definitions) })
}

function following(body: NodeBody | undefined, writes: readonly Write[]): NodeBody {
  return (attempt) => {
    const follow = () => {
      for (const [channel, value] of writes) attempt.write(channel, value)
    }
    const running = body?.(attempt)
    return running === undefined ? follow() : running.then(follow)
  }
}

/** Channel of the edges into a node. */
export function edgeTo(node: string): string {
  return `to:${node}`
}

export function joinName(from: readonly string[], to: string): string {
  return `join:${from.join('+')}:${to}`
}

/** New input: writes to the state, and the nodes to begin with. */
export function enter(
  nodes: string | readonly string[],
  state: Readonly<Record<string, unknown>> = {},
): RunStart {
  const edges = [nodes].flat().map((node): Write => [edgeTo(node), null])
  return { kind: 'input', writes: [...Object.entries(state), ...edges] }
}

export function goTo(attempt: Attempt, node: string): void {
  attempt.write(edgeTo(node), null)
}

export function sendTo(attempt: Attempt, node: string, args: unknown): void {
  attempt.write(SENDS, { node, args })
}
