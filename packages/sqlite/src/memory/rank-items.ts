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
  readonly namespaceId: number
}

interface Tables {
  readonly search: MemorySearch
  readonly items: ItemTable
  readonly vectors: VectorTable
}

/** How many more vectors SQL is asked for than are wanted, at first: some belong to one item, some pass no filter. */
const spare = 1000

/**
 * The items with the highest scores, and among those with the same the first in their order: at least `count` of
 * them, or all that have a vector and pass the filter.
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
  const seen = new Set<number>()
  const ranked: Ranked[] = []
  for (let most = count + spare; ; most *= 10) {
    const near = search.nearest(candidates, query, most)
    for (const found of near) {
      // Those that were not looked at are at least as far as this one (S2).
      const next = ranked[count - 1]
      if (next !== undefined && next.score > 1 - found.distance + tolerance) return ranked
      if (seen.has(found.item)) continue
      seen.add(found.item)
      const item = rank(found)
      if (item !== undefined) insert(ranked, item)
    }
    if (near.length < most) return ranked
  }

  function rank({ item: id, namespace: namespaceId }: Near): Ranked | undefined {
    const row = items.getById(id)
    const item = decode(row)
    if (!candidates.filter.matches(item.value)) return undefined
    const scores = vectors.read(id, query.length).map((vector) => cosineSimilarity(query, vector))
    return { row, item, score: Math.max(...scores), namespaceId }
  }
}

/** Items come nearly in their order, so the place is near the end. */
function insert(ranked: Ranked[], item: Ranked): void {
  let place = ranked.length
  while (place > 0 && isBefore(item, ranked[place - 1]!)) place--
  ranked.splice(place, 0, item)
}

function isBefore(left: Ranked, right: Ranked): boolean {
  if (left.score !== right.score) return left.score > right.score
  if (left.namespaceId !== right.namespaceId) return left.namespaceId < right.namespaceId
  return left.row.id < right.row.id
}
