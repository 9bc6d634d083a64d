import { type Instant, describeInstant } from '@cairn/testing/crash'
import type { Setting } from './open-thread.ts'

/** What happens to a thread until it has come to its end. */
export interface Story {
  readonly setting: Setting
  /** One process after the other goes on with the thread, and is killed. */
  readonly instants: readonly Instant[]
  /** Who brings it to its end: this process, or one more. */
  readonly last: 'here' | 'process'
}

/** A story as people read it. */
export function describeStory({ setting, instants, last }: Story): string {
  const how = `${setting.shape}, ${setting.durability}, through the ${setting.through}, fsync ${setting.fsync}`
  const kills = instants.map(describeInstant).join(', then ')
  return `${how}: killed ${kills}; ended ${last === 'here' ? 'here' : 'in a process'}`
}
