import type { SeenObjects } from './content.ts'

/** Adds all objects that a value holds to those seen, each once. */
export function collectObjects(value: unknown, seen: SeenObjects): void {
  const found = new Set<object>()
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next !== 'object' || next === null || found.has(next)) continue
    found.add(next)
    if (next instanceof Map) for (const [key, mapped] of next) open.push(key, mapped)
    else if (next instanceof Set) open.push(...next)
    else if (ArrayBuffer.isView(next)) continue
    for (const property of Object.values(Object.getOwnPropertyDescriptors(next))) open.push(property.value)
  }
  for (const object of found) seen.addFresh(object)
}
