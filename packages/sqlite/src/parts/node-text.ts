// The text of a node: JSON, as docs/design/format.md has it under "Values in parts".
import { isPiecesText } from './long-strings.ts'
import { setOwn } from './content.ts'
import { Chunk, Leaf, type Item, type Part, Sequence } from './part.ts'

const listStart = '{"$cairn.list":['
const recordStart = '{"$cairn.record":['

/** Whether a stored text is that of a node, which refers to rows, and not that of a value. */
export function isNodeText(text: string): boolean {
  return isSequenceText(text) || isPiecesText(text)
}

export function isSequenceText(text: string): boolean {
  return text.startsWith(listStart) || text.startsWith(recordStart)
}

/** Parts that have no row stand in the node itself. */
export function nodeText(items: readonly Item[], keys: readonly string[] | undefined): string {
  let text = ''
  let row = 0
  let at = 0
  let isOpen = false
  for (const item of items) {
    const inline = item instanceof Leaf && item.row === undefined ? item.text! : undefined
    const key = keys === undefined || item instanceof Chunk ? undefined : JSON.stringify(keys[at])
    at += item instanceof Chunk ? item.partCount : 1
    if (isOpen && (inline === undefined || key !== undefined)) {
      text += ']'
      isOpen = false
    }
    if (text !== '') text += ','
    if (key !== undefined) text += `${key},`
    if (inline !== undefined) {
      text += isOpen ? inline : `[${inline}`
      isOpen = true
      continue
    }
    const next = item instanceof Sequence ? (item.place as number) : item.row!
    text += item instanceof Chunk ? `{"+":${next - row}}` : String(next - row)
    row = next
  }
  return `${keys === undefined ? listStart : recordStart}${text}${isOpen ? ']' : ''}]}`
}

/** What the text of a node names. */
export interface ParsedNode {
  readonly isRecord: boolean
  readonly items: readonly Item[]
  /** Of the parts that stand in the node itself, and of those of its chunks. */
  readonly keys: readonly string[]
  readonly parts: readonly Part[]
}

export interface NodeRows {
  part(row: number): Part
  chunk(row: number): ParsedChunk
}

export interface ParsedChunk {
  readonly chunk: Chunk
  readonly keys: readonly string[]
  readonly parts: readonly Part[]
}

/** @throws {TypeError|SyntaxError} when it is not what `nodeText` gives. */
export function parseNode(text: string, rows: NodeRows, inlineLeaf: (value: unknown) => Leaf): ParsedNode {
  const isRecord = text.startsWith(recordStart)
  const [content] = Object.values(JSON.parse(text) as Record<string, unknown>)
  if (!Array.isArray(content)) throw new TypeError('a node is no array')
  const items: Item[] = []
  const keys: string[] = []
  const parts: Part[] = []
  let row = 0
  for (const item of content as readonly unknown[]) {
    if (typeof item === 'string' && isRecord) keys.push(item)
    else if (typeof item === 'number') {
      const part = rows.part((row += item))
      items.push(part)
      parts.push(part)
    } else if (Array.isArray(item)) {
      for (const value of item as readonly unknown[]) {
        const leaf = inlineLeaf(value)
        items.push(leaf)
        parts.push(leaf)
      }
    } else {
      const step = (item as { readonly '+'?: unknown } | null)?.['+']
      if (typeof step !== 'number') throw new TypeError('a node has an item of an unknown kind')
      const parsed = rows.chunk((row += step))
      items.push(parsed.chunk)
      for (const key of parsed.keys) keys.push(key)
      for (const part of parsed.parts) parts.push(part)
    }
  }
  if (isRecord && keys.length !== parts.length) throw new TypeError('a record has a key without a value')
  return { isRecord, items, keys, parts }
}

/** Puts a value together from those of its parts. */
export function assemble({ keys, parts }: Sequence, valueOf: (part: Part) => unknown): unknown {
  if (keys === undefined) return parts.map(valueOf)
  const record: Record<string, unknown> = {}
  for (let at = 0; at < keys.length; at++) setOwn(record, keys[at]!, valueOf(parts[at]!))
  return record
}
