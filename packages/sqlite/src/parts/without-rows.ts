import { groupParts } from './group-parts.ts'
import { Leaf, type Part, Sequence } from './part.ts'
import type { ValueParts } from './value-parts.ts'

/** The same value in parts that are in no file, for when the rows of a thread are not what they were. */
export function withoutRows(part: Part, values: ValueParts): Part {
  if (part instanceof Leaf) {
    const leaf = new Leaf(values.textOf(part), part.sum)
    leaf.given = part.given
    leaf.kept = part.kept
    return leaf
  }
  const parts = part.parts.map((each) => withoutRows(each, values))
  return new Sequence(part.keys, parts, groupParts(parts))
}
