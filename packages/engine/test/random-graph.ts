// Graphs as plain data, so that a failing one can be printed, and what their nodes do.
import * as fc from 'fast-check'
import {
  RETURN,
  anyValue,
  ephemeral,
  lastValue,
  reducer,
  topic,
  untracked,
  type Attempt,
  type Channel,
  type Plan,
} from '../src/index.ts'
import { goTo, planOf, sendTo, type GraphNode } from './support/graph.ts'

export type ChannelKind = 'last' | 'untracked' | 'ephemeral' | 'any' | 'sum' | 'list' | 'topic' | 'collected'

export interface NodeSpec {
  readonly reads: readonly string[]
  readonly writes: readonly { readonly channel: string; readonly factor: number }[]
  readonly goesTo: readonly string[]
  /** One of them is next, or none, as the node's input decides. */
  readonly routes: readonly string[]
  /** Gets up to two sends, as the node's input decides. */
  readonly sendsTo: string | undefined
  /** A channel that makes the node due when it is written. */
  readonly watches: string | undefined
  /** Tasks that the node calls one after the other. */
  readonly calls: number
  readonly isAsync: boolean
  readonly isDeferred: boolean
  /** The node fails, after some writes, and this one takes over. */
  readonly handler: string | undefined
}

export interface GraphSpec {
  readonly channels: Readonly<Record<string, ChannelKind>>
  readonly nodes: Readonly<Record<string, NodeSpec>>
  readonly joins: readonly { readonly from: readonly string[]; readonly to: string }[]
  readonly entry: readonly string[]
  readonly input: readonly (readonly [channel: string, value: number])[]
}

export interface Outcome {
  readonly kind: 'finished' | 'limit' | 'conflict'
  readonly values: Readonly<Record<string, unknown>>
  /** superstep → names of its tasks. */
  readonly trace: readonly (readonly string[])[]
}

export interface Effects {
  readonly writes: readonly (readonly [channel: string, value: unknown])[]
  readonly goesTo: readonly string[]
  readonly sends: readonly { readonly node: string; readonly args: unknown }[]
}

/** What a task of this node does in the end: all of it follows from its input. */
export function effectsOf(nodes: GraphSpec['nodes'], name: string, input: unknown): Effects {
  const node = nodes[name]!
  if (node.handler !== undefined) return effectsOf(nodes, node.handler, input)
  const called = Array.from({ length: node.calls }, (_, index) => resultOfCall(input, index))
  const seed = called.reduce((sum, result) => sum + result, digest(input)) + name.charCodeAt(0)
  const route = node.routes[seed % (node.routes.length + 1)]
  return {
    writes: node.writes.map(({ channel, factor }) => [channel, written(channel, seed * factor)]),
    goesTo: [...node.goesTo, ...(route === undefined ? [] : [route])],
    sends:
      node.sendsTo === undefined
        ? []
        : Array.from({ length: seed % 3 }, (_, index) => ({
            node: node.sendsTo!,
            args: { n: seed + index },
          })),
  }
}

export function resultOfCall(input: unknown, index: number): number {
  return (digest(input) + index) % 7
}

function written(channel: string, value: number): unknown {
  const small = value % 50
  return channel.startsWith('topic') && small % 2 === 0 ? [small, small + 1] : small
}

/** A number that differs for most inputs that differ, order of keys aside. */
function digest(input: unknown): number {
  if (typeof input === 'number') return input
  if (Array.isArray(input)) return input.reduce<number>((sum, value) => (sum * 3 + digest(value)) % 1009, 5)
  return Object.entries(input as object).reduce(
    (sum, [key, value]) => (sum + key.length * digest(value)) % 1009,
    0,
  )
}

const channelOf: Record<ChannelKind, () => Channel> = {
  last: () => lastValue(),
  untracked: () => untracked(),
  ephemeral: () => ephemeral(),
  any: () => anyValue(),
  sum: () => reducer<number>({ reduce: (a, b) => a + b, initial: () => 0 }),
  list: () => reducer<number[], number>({ reduce: (list, value) => [...list, value], initial: () => [] }),
  topic: () => topic(),
  collected: () => topic({ isAccumulating: true }),
}

/** What the test wants to see, or hold up, of nodes at work. */
export interface Hooks {
  /** A task of a node, or of a call, begins. */
  onRun?(attempt: Attempt): void
  /** Async nodes wait here. */
  gate?(label: string): Promise<void>
}

export function planOfSpec({ channels, nodes, joins }: GraphSpec, hooks: Hooks = {}): Plan {
  return planOf({
    channels: Object.fromEntries(Object.entries(channels).map(([name, kind]) => [name, channelOf[kind]()])),
    nodes: Object.fromEntries(Object.keys(nodes).map((name) => [name, nodeOf(nodes, name, hooks)])),
    joins: joins.map(({ from, to }) => ({ from, to })),
  })
}

function nodeOf(nodes: GraphSpec['nodes'], name: string, { onRun, gate }: Hooks): GraphNode {
  const { reads, isAsync, isDeferred, watches, calls, handler } = nodes[name]!
  const act = (attempt: Attempt) => {
    const { writes, goesTo, sends } = effectsOf(
      { ...nodes, [name]: { ...nodes[name]!, handler: undefined } },
      name,
      attempt.input,
    )
    for (const [channel, value] of writes) attempt.write(channel, value)
    for (const node of goesTo) goTo(attempt, node)
    for (const { node, args } of sends) sendTo(attempt, node, args)
    if (handler !== undefined) throw new Error(`${name} fails`)
  }
  const callAndAct = async (attempt: Attempt) => {
    await gate?.(name)
    for (let index = 0; index < calls; index++) {
      const expected = resultOfCall(attempt.input, index)
      const result = await attempt.call({
        name: `${name}.call`,
        input: index,
        invoke: async (called) => {
          onRun?.(called)
          await gate?.(`${name}.call`)
          called.write(RETURN, expected)
        },
      })
      if (result !== expected) throw new Error(`call ${index} of ${name} gave ${String(result)}`)
    }
    act(attempt)
  }
  const body = (attempt: Attempt) => {
    onRun?.(attempt)
    return isAsync || calls > 0 ? callAndAct(attempt) : act(attempt)
  }
  return {
    body,
    reads,
    isDeferred,
    ...(watches !== undefined && { watches: [watches] }),
    ...(handler !== undefined && { errorHandler: handler }),
  }
}

const kinds: readonly ChannelKind[] = [
  'last',
  'untracked',
  'ephemeral',
  'any',
  'sum',
  'list',
  'topic',
  'collected',
]
const letters = ['a', 'b', 'c', 'd', 'e', 'f'] as const
const handlers = ['g', 'h'] as const

/**
 * Graphs of up to six nodes and two error handlers. Channels that take one write per superstep have one writer,
 * so that most graphs get further than their first conflict. With `isStored`, stores keep every channel.
 */
export function graphSpecs({ isStored = false } = {}): fc.Arbitrary<GraphSpec> {
  return fc.integer({ min: 1, max: letters.length }).chain((count) => {
    const nodeNames = letters.slice(0, count)
    const channelNames = kinds.flatMap((kind) =>
      isStored && kind === 'untracked' ? [] : [`${kind}1`, `${kind}2`],
    )
    const node = (index: number, isHandler: boolean): fc.Arbitrary<NodeSpec> => {
      const writable = channelNames.filter(
        (name) => !/^(last|untracked|ephemeral)/.test(name) || Number(name.at(-1)) % count === index % count,
      )
      return fc.record({
        reads: fc.subarray(channelNames, { maxLength: 5 }),
        writes: fc.uniqueArray(
          fc.record({ channel: fc.constantFrom(...writable), factor: fc.integer({ min: 1, max: 9 }) }),
          {
            maxLength: 3,
            selector: ({ channel }) => channel,
          },
        ),
        goesTo: fc.subarray(nodeNames, { maxLength: 1 }),
        routes: fc.subarray(nodeNames, { maxLength: Math.min(3, count) }),
        sendsTo: rarely(nodeNames),
        watches: isHandler ? fc.constant(undefined) : rarely(channelNames),
        calls: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 2 })),
        isAsync: fc.boolean(),
        isDeferred: index < 2 || isHandler ? fc.constant(false) : fc.boolean(),
        handler: isHandler ? fc.constant(undefined) : rarely(handlers),
      })
    }
    const nodes = fc.record({
      ...Object.fromEntries(nodeNames.map((name, index) => [name, node(index, false)])),
      ...Object.fromEntries(handlers.map((name, index) => [name, node(index, true)])),
    }) as fc.Arbitrary<GraphSpec['nodes']>
    return fc.record({
      channels: fc.constant(
        Object.fromEntries(channelNames.map((name) => [name, name.slice(0, -1) as ChannelKind])),
      ),
      nodes,
      joins: fc.uniqueArray(
        fc.record({
          from: fc.subarray(nodeNames, { minLength: 1, maxLength: Math.min(3, count) }),
          to: fc.constantFrom(...nodeNames),
        }),
        { maxLength: 2, selector: ({ from, to }) => `${from.join()} ${to}` },
      ),
      entry: fc.subarray(nodeNames.slice(0, 2), { minLength: 1 }),
      input: fc.uniqueArray(fc.tuple(fc.constantFrom('sum1', 'list1', 'last1', 'topic1'), fc.nat(9)), {
        maxLength: 2,
        selector: ([channel]) => channel,
      }),
    })
  })
}

/** One in five. */
function rarely(names: readonly string[]): fc.Arbitrary<string | undefined> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...names) },
  )
}
