// Versions of channels as a saver wants them. The engine counts 1, 2, 3, …; a saver may have its own, texts among
// them, which begin with a number that grows.
import { BaseCheckpointSaver } from '@langchain/langgraph'
import type { SeenVersions, StoredCheckpoint, Version } from '@cairn/engine'

type Versions = Readonly<Record<string, Version>>

export interface SaverVersions {
  versions(versions: Versions): Record<string, Version>
  seen(seen: SeenVersions): Record<string, Readonly<Record<string, Version>>>
}

/** For a saver that counts as the engine does. */
const asTheyAre: SaverVersions = {
  versions: (versions) => ({ ...versions }),
  seen: (seen) => ({ ...seen }),
}

/** @param loaded the checkpoint the run begins from */
export function versionsOf(
  saver: BaseCheckpointSaver,
  loaded: Pick<StoredCheckpoint, 'versions' | 'seen'> | undefined,
): SaverVersions {
  const isOwn = saver.getNextVersion !== BaseCheckpointSaver.prototype.getNextVersion
  return isOwn ? new OwnVersions(saver, loaded) : asTheyAre
}

class OwnVersions implements SaverVersions {
  readonly #saver: BaseCheckpointSaver
  /** The engine's → the saver's. */
  readonly #known = new Map<number, Version>()
  #newest = 0

  constructor(saver: BaseCheckpointSaver, loaded: Pick<StoredCheckpoint, 'versions' | 'seen'> | undefined) {
    this.#saver = saver
    if (loaded === undefined) return
    for (const seen of Object.values(loaded.seen)) this.#learn(seen)
    this.#learn(loaded.versions)
  }

  versions(versions: Versions): Record<string, Version> {
    return Object.fromEntries(
      Object.entries(versions).map(([channel, version]) => [channel, this.#own(version)]),
    )
  }

  seen(seen: SeenVersions): Record<string, Readonly<Record<string, Version>>> {
    return Object.fromEntries(Object.entries(seen).map(([node, versions]) => [node, this.versions(versions)]))
  }

  #learn(versions: Versions): void {
    for (const version of Object.values(versions)) {
      const counted = typeof version === 'number' ? version : Number.parseInt(version, 10)
      this.#known.set(counted, version)
      this.#newest = Math.max(this.#newest, counted)
    }
  }

  #own(version: Version): Version {
    if (typeof version === 'string') return version
    while (this.#newest < version) {
      const next = this.#saver.getNextVersion(this.#known.get(this.#newest) as never) as Version
      this.#known.set(++this.#newest, next)
    }
    return this.#known.get(version) ?? version
  }
}
