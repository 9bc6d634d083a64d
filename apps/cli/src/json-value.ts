// What states hold, as plain JSON. For reading: what JSON lacks (dates, maps, big integers, bytes) becomes the
// nearest thing it has.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Never throws: what refuses to be shown becomes a text that says so. */
export function toJson(value: unknown): Json {
  return convert(value, [])
}

function convert(value: unknown, ancestors: readonly object[]): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return `${value}n`
    case 'undefined':
      return null
    case 'symbol':
    case 'function':
      return `[${typeof value}]`
    default:
      return value === null ? null : convertObject(value as object, ancestors)
  }
}

function convertObject(value: object, ancestors: readonly object[]): Json {
  if (ancestors.includes(value)) return '[circular]'
  const path = [...ancestors, value]
  if (Array.isArray(value)) return value.map((element) => convert(element, path))
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Map) return [...value].map((entry) => convert(entry, path))
  if (value instanceof Set) return [...value].map((element) => convert(element, path))
  if (value instanceof RegExp) return String(value)
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') }
  if (value instanceof Error) return { name: value.name, message: value.message }
  const message = asMessage(value)
  return convertFields(message === undefined ? value : { ...message }, path)
}

function convertFields(value: object, path: readonly object[]): Json {
  const fields: Record<string, Json> = {}
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined && typeof field !== 'function') fields[key] = convert(field, path)
  }
  return fields
}

/** A chat message, as far as people care about it. */
export interface ShownMessage {
  /** `human`, `ai`, `tool`, `system`, … */
  readonly type: string
  readonly content: unknown
  readonly id?: string
  readonly name?: string
  readonly tool_calls?: readonly { readonly name: string; readonly args: unknown; readonly id?: string }[]
  readonly tool_call_id?: string
}

/** `undefined` for anything but a LangChain message, of whichever copy of the package. */
export function asMessage(value: unknown): ShownMessage | undefined {
  if (typeof value !== 'object' || value === null || !('content' in value)) return undefined
  if (!('getType' in value) || typeof value.getType !== 'function') return undefined
  const { id, name, tool_calls: toolCalls, tool_call_id: toolCallId } = value as Partial<ShownMessage>
  return {
    type: String(value.getType()),
    content: value.content,
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(toolCalls !== undefined && toolCalls.length > 0 && { tool_calls: toolCalls }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  }
}
