// What a graph means, said as plainly as it can be: no slots, no versions, no journal. Random graphs have to do
// on the engine what they do here.
import { effectsOf, type ChannelKind, type GraphSpec, type Outcome } from './random-graph.ts'

export function interpret({ channels, nodes, joins, entry, input }: GraphSpec, limit: number): Outcome {
  const values = new Map<string, unknown>()
  for (const [name, kind] of Object.entries(channels)) setOrDelete(values, name, rules[kind].initial)
  const arrived = joins.map(() => new Set<string>())
  const deferred = new Set<string>()
  const trace: string[][] = []
  let sent: { node: string; args: unknown }[] = []

  const open = (due: Set<string>, isDeferred: boolean) => {
    for (const [index, { from, to }] of joins.entries()) {
      if (arrived[index]!.size < from.length || nodes[to]!.isDeferred !== isDeferred) continue
      due.add(to)
      arrived[index]!.clear()
    }
  }
  const barrier = (writes: readonly (readonly [string, unknown])[], followed: readonly string[]) => {
    const due = new Set<string>()
    for (const node of followed) (nodes[node]!.isDeferred ? deferred : due).add(node)
    for (const [name, kind] of Object.entries(channels)) {
      const updates = writes.filter(([channel]) => channel === name).map(([, value]) => value)
      setOrDelete(values, name, rules[kind].next(values.get(name), updates))
      for (const node in nodes) if (updates.length > 0 && nodes[node]!.watches === name) due.add(node)
    }
    open(due, false)
    if (due.size > 0 || sent.length > 0) return due
    open(due, true)
    for (const node of deferred) due.add(node)
    deferred.clear()
    return due
  }

  let due = barrier(input, entry)
  for (let step = 0; step <= limit; step++) {
    if (due.size === 0 && sent.length === 0)
      return { kind: 'finished', values: Object.fromEntries(values), trace }
    const pulled = [...due].toSorted().map((node) => ({ node, args: pick(values, nodes[node]!.reads) }))
    trace.push([...sent, ...pulled].map(({ node }) => node))
    const tasks = [...pulled, ...sent]
    const effects = tasks.map(({ node, args }) => effectsOf(nodes, node, args))
    sent = effects.flatMap(({ sends }) => sends)
    const finished = tasks.map(({ node }) => node).filter((node) => nodes[node]!.handler === undefined)
    joins.forEach(({ from }, index) =>
      finished.forEach((node) => from.includes(node) && arrived[index]!.add(node)),
    )
    try {
      due = barrier(
        effects.flatMap(({ writes }) => writes),
        effects.flatMap(({ goesTo }) => goesTo),
      )
    } catch {
      return { kind: 'conflict', values: {}, trace }
    }
  }
  return { kind: 'limit', values: Object.fromEntries(values), trace }
}

interface Rule {
  readonly initial?: unknown
  /** `undefined`: it holds nothing. */
  next(current: unknown, updates: readonly unknown[]): unknown
}

const one = (current: unknown, updates: readonly unknown[]) => {
  if (updates.length > 1) throw new Error('conflict')
  return updates.length === 1 ? updates[0] : current
}

const rules: Record<ChannelKind, Rule> = {
  last: { next: one },
  untracked: { next: one },
  ephemeral: { next: (_, updates) => one(undefined, updates) },
  any: { next: (_, updates) => updates.at(-1) },
  sum: {
    initial: 0,
    next: (current, updates) => (updates as number[]).reduce((a, b) => a + b, current as number),
  },
  list: { initial: [], next: (current, updates) => [...(current as unknown[]), ...updates] },
  topic: { next: (_, updates) => (updates.length === 0 ? undefined : updates.flat()) },
  collected: {
    next: (current, updates) =>
      updates.length === 0 ? current : [...((current as unknown[]) ?? []), ...updates.flat()],
  },
}

function setOrDelete(values: Map<string, unknown>, name: string, value: unknown): void {
  if (value === undefined) values.delete(name)
  else values.set(name, value)
}

function pick(values: ReadonlyMap<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries([...values].filter(([name]) => names.includes(name)))
}
