import type { SeenVersions, Version } from '@cairn/engine'
import type { NameTable } from './names.ts'
import { type VersionGroup, advanceVersions, applyVersions, groupVersions } from './version-groups.ts'

/** What a node has seen anew of its triggers; the number of the node alone when it is gone. */
export type SeenChange = [node: number, ...triggers: VersionGroup[]] | number

type Seen = Map<string, Map<string, Version>>

/** Brings what is known to have been seen to what is next, and gives what changes. */
export function advanceSeen(known: Seen, next: SeenVersions, names: NameTable): SeenChange[] {
  const changes: SeenChange[] = []
  const nodes = Object.keys(next)
  for (const node of nodes) {
    const before = known.get(node)
    const seen = before ?? new Map<string, Version>()
    const triggers = advanceVersions(seen, next[node]!, names)
    if (before !== undefined && triggers.length === 0) continue
    known.set(node, seen)
    changes.push([names.idOf(node), ...triggers])
  }
  if (known.size > nodes.length) {
    for (const node of known.keys()) {
      if (Object.hasOwn(next, node)) continue
      known.delete(node)
      changes.push(names.idOf(node))
    }
  }
  return changes
}

export function allSeen(
  seen: ReadonlyMap<string, ReadonlyMap<string, Version>>,
  names: NameTable,
): SeenChange[] {
  return Array.from(seen, ([node, triggers]) => [names.idOf(node), ...groupVersions(triggers, names)])
}

export function applySeen(known: Seen, changes: readonly SeenChange[], names: NameTable): void {
  for (const change of changes) {
    if (typeof change === 'number') {
      known.delete(names.textOf(change))
      continue
    }
    const [node, ...triggers] = change
    const name = names.textOf(node)
    const seen = known.get(name) ?? new Map<string, Version>()
    applyVersions(seen, triggers, names)
    known.set(name, seen)
  }
}
