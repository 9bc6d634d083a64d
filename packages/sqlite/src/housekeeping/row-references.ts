import { parseHead } from '../checkpoint-head.ts'
import { InlineTextReader } from '../inline-texts.ts'
import { isNodeText } from '../parts/node-text.ts'
import type { Place } from '../parts/part.ts'

/** Rows of `value` that the entry of a checkpoint names. */
export function rowsOfCheckpoint(head: string, data: string): number[] {
  const [, , metadata, , , values] = parseHead(head)
  const texts = new InlineTextReader(data)
  if (metadata >= 0) texts.take(metadata)
  return values.flatMap((place, at) => (at % 2 === 0 ? [] : rowsOfStored(place, texts)))
}

/** Rows of `value` that the entry of a task names. */
export function rowsOfTask(head: string, data: string): number[] {
  const texts = new InlineTextReader(data)
  return (JSON.parse(head) as number[]).flatMap((place, at) =>
    at % 3 === 2 ? rowsOfStored(place, texts) : [],
  )
}

/** Rows of `value` that a value names that is there, or is there itself. */
export function rowsOfPlace(place: Place): number[] {
  if (typeof place === 'number') return [place]
  return isNodeText(place) ? rowsOfNode(place) : []
}

/** Rows of `value` that a node names: each stands as its distance from the one before. */
export function rowsOfNode(text: string): number[] {
  const [content] = Object.values(JSON.parse(text) as Record<string, unknown>)
  const rows: number[] = []
  let row = 0
  for (const item of content as readonly unknown[]) {
    const step =
      typeof item === 'number'
        ? item
        : typeof item === 'object' && item !== null && !Array.isArray(item)
          ? (item as { readonly '+': number })['+']
          : undefined
    if (step !== undefined) rows.push((row += step))
  }
  return rows
}

/** A place as a head has it: the length of the next text, or minus a row. */
function rowsOfStored(place: number, texts: InlineTextReader): number[] {
  return place < 0 ? [-place] : place === 0 ? [] : rowsOfPlace(texts.take(place))
}
