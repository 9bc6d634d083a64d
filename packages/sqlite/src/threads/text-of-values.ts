// The text in the values of a checkpoint, in the pieces in which it is indexed: one for each element of a list, so that
// a message is indexed once, however long the conversation becomes.

export interface TextPiece {
  readonly channel: string
  readonly text: string
}

/** Longer texts are indexed up to here. */
const longestText = 200_000
/** Values are looked into up to so many levels. */
const deepest = 20
/** A text without a blank that is longer is no words, but data. */
const longestWord = 1000

const branchPrefix = 'branch:to:'
const joinPrefix = 'join:'

/** Channels that belong to the user. */
export function isStateChannel(channel: string): boolean {
  if (channel.startsWith(branchPrefix) || channel.startsWith(joinPrefix)) return false
  return !channel.startsWith('__') || channel === '__root__' || channel === '__end__'
}

export function textPieces(values: Readonly<Record<string, unknown>>): TextPiece[] {
  return Object.entries(values)
    .filter(([channel]) => isStateChannel(channel))
    .flatMap(([channel, value]) => {
      const parts: readonly unknown[] = Array.isArray(value) ? value : [value]
      return parts.map((part) => ({ channel, text: textIn(part) })).filter(({ text }) => text !== '')
    })
}

function textIn(value: unknown): string {
  const texts: string[] = []
  collect(value, texts, new Set())
  return texts.join('\n').slice(0, longestText)
}

function collect(value: unknown, texts: string[], around: Set<object>): void {
  if (typeof value === 'string') {
    if (value !== '' && (value.length <= longestWord || /\s/.test(value.slice(0, longestWord))))
      texts.push(value)
    return
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    texts.push(String(value))
    return
  }
  if (typeof value !== 'object' || value === null || around.size >= deepest || around.has(value)) return
  around.add(value)
  for (const part of partsOf(value)) collect(part, texts, around)
  around.delete(value)
}

/** What of an object is text for people. */
function partsOf(object: object): readonly unknown[] {
  if (Array.isArray(object)) return object
  if (object instanceof Map) return [...object].flat()
  if (object instanceof Set) return [...object]
  if (object instanceof Error) return [object.name, object.message]
  if (object instanceof Date || object instanceof URL) return [textOfBuiltIn(object)]
  if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) return []
  const { content, name, tool_calls: toolCalls } = object as Partial<Record<string, unknown>>
  const isMessage = 'getType' in object && typeof object.getType === 'function'
  return isMessage ? [content, name, toolCalls] : Object.values(object)
}

function textOfBuiltIn(object: Date | URL): string {
  if (object instanceof URL) return object.href
  return Number.isNaN(object.getTime()) ? '' : object.toISOString()
}
