import { groupParts } from './group-parts.ts'
import { Leaf, type Part, Sequence } from './part.ts'
import type { ValueParts } from './value-parts.ts'

/** Leaves that are in the file, by the sums of their texts. */
export type StoredLeaves = ReadonlyMap<number, Leaf>

/** The leaves of these values that have a row. */
export function storedLeaves(parts: Iterable<Part>): StoredLeaves {
  const leaves = new Map<number, Leaf>()
  const open = [...parts]
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part instanceof Sequence) open.push(...part.parts)
    else if (part.row !== undefined) leaves.set(part.sum, part)
  }
  return leaves
}

/**
 * The same value in parts that are in no file, for when the rows of a thread are not what they were; but for leaves
 * that are `stored`: what is there need not be stored again.
 */
export function withoutRows(part: Part, values: ValueParts, stored: StoredLeaves): Part {
  if (part instanceof Leaf) {
    const text = values.textOf(part)
    const same = stored.get(part.sum)
    const leaf = same !== undefined && values.textOf(same) === text ? same : new Leaf(text, part.sum)
    leaf.given ??= part.given
    leaf.kept ??= part.kept
    return leaf
  }
  const parts = part.parts.map((each) => withoutRows(each, values, stored))
  return new Sequence(part.keys, parts, groupParts(parts))
}
