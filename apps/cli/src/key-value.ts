import type { Json } from '@cairn/sqlite'

/** `KEY=JSON` or `KEY=text`: what is not JSON is text. Without `=`, the value is empty text. */
export function parseKeyValue(pair: string): [key: string, value: Json] {
  const end = pair.indexOf('=')
  const key = end === -1 ? pair : pair.slice(0, end)
  const text = end === -1 ? '' : pair.slice(end + 1)
  try {
    return [key, JSON.parse(text) as Json]
  } catch {
    return [key, text]
  }
}
