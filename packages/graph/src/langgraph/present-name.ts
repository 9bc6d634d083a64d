import { PRESENT_NAMES } from './config-keys.ts'
import type { Configurable } from './run-config.ts'

/** What the node is called that a part of a namespace, `node:id`, is named after. It may have begun under another name. */
export function presentName(configurable: Configurable, part: string): string {
  const known = configurable[PRESENT_NAMES] as Readonly<Record<string, string>> | undefined
  return known?.[part] ?? part.split(':', 1)[0]!
}
