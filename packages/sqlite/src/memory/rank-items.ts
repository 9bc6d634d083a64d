import type { Item } from '@langchain/langgraph-checkpoint'
import type { Candidates, MemorySearch, Near } from './memory-search.ts'
import type { ItemRow, ItemTable } from './memory-tables.ts'
import type { VectorTable } from './memory-vectors.ts'
import { cosineSimilarity } from './vector.ts'

/** An item and its row; the score is that of the nearest of its vectors. */
export interface Ranked {
  readonly row: ItemRow
  readonly item: Item
  readonly score: number
}

interface Tables {
  readonly search: MemorySearch
  readonly items: ItemTable
  readonly vectors: VectorTable
}

/** How many more vectors are looked at than are wanted, at first: some belong to one item, or are about as near. */
const spare = 32

/**
 * The items with the highest scores, and among those with the same the first in their order: at least `count` of
 * them, or all that have a vector.
 */
export function rankItems(
  { search, items, vectors }: Tables,
  candidates: Candidates,
  query: Float32Array,
  count: number,
  decode: (row: ItemRow) => Item,
): Ranked[] {
  // SQL may compute in 32 bits: what it sums errs by less than this.
  const tolerance = (query.length + 8) * 2 ** -22
  const seen = new Map<number, { near: Near; ranked: Ranked | undefined }>()
  for (let most = count + spare; ; most *= 4) {
    const near = search.nearest(candidates, query, most)
    for (const found of near) {
      if (!seen.has(found.item)) seen.set(found.item, { near: found, ranked: rank(found) })
    }
    const ranked = [...seen.values()].flatMap((entry) =>
      entry.ranked === undefined ? [] : [{ ...entry.ranked, near: entry.near }],
    )
    ranked.sort(
      (left, right) =>
        right.score - left.score ||
        left.near.namespace - right.near.namespace ||
        left.near.item - right.near.item,
    )
    if (near.length < most) return ranked
    // What was not looked at is at least as far as the last that was.
    const bestUnseen = 1 - near.at(-1)!.distance + tolerance
    if (count > 0 && ranked.length >= count && ranked[count - 1]!.score > bestUnseen) return ranked
  }

  function rank({ item: id }: Near): Ranked | undefined {
    const row = items.getById(id)
    const item = decode(row)
    if (!candidates.filter.matches(item.value)) return undefined
    const scores = vectors.read(id, query.length).map((vector) => cosineSimilarity(query, vector))
    return { row, item, score: Math.max(...scores) }
  }
}
