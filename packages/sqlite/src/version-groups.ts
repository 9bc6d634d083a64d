import type { Version } from '@cairn/engine'
import type { NameTable } from './names.ts'

/** The channels that have this version, as numbers of the `name` table; `null` when they have none any more. */
export type VersionGroup = [version: Version | null, ...channels: number[]]

/** All channels that a superstep writes get one version, which is stored once. */
class VersionGrouper {
  readonly groups: VersionGroup[] = []
  readonly #byVersion = new Map<Version | null, VersionGroup>()

  add(channel: number, version: Version | null): void {
    const group = this.#byVersion.get(version)
    if (group !== undefined) {
      group.push(channel)
      return
    }
    const first: VersionGroup = [version, channel]
    this.#byVersion.set(version, first)
    this.groups.push(first)
  }
}

/** Brings the known versions to the next ones, and gives what changes. */
export function advanceVersions(
  known: Map<string, Version>,
  next: Readonly<Record<string, Version>>,
  names: NameTable,
): VersionGroup[] {
  const changes = new VersionGrouper()
  const channels = Object.keys(next)
  for (const channel of channels) {
    const version = next[channel]!
    if (known.get(channel) === version) continue
    known.set(channel, version)
    changes.add(names.idOf(channel), version)
  }
  // All that is next is known now, so any surplus is gone.
  if (known.size > channels.length) {
    for (const channel of known.keys()) {
      if (Object.hasOwn(next, channel)) continue
      known.delete(channel)
      changes.add(names.idOf(channel), null)
    }
  }
  return changes.groups
}

export function groupVersions(versions: ReadonlyMap<string, Version>, names: NameTable): VersionGroup[] {
  const all = new VersionGrouper()
  for (const [channel, version] of versions) all.add(names.idOf(channel), version)
  return all.groups
}

export function applyVersions(
  known: Map<string, Version>,
  groups: readonly VersionGroup[],
  names: NameTable,
): void {
  for (const [version, ...channels] of groups) {
    for (const channel of channels) {
      if (version === null) known.delete(names.textOf(channel))
      else known.set(names.textOf(channel), version)
    }
  }
}
