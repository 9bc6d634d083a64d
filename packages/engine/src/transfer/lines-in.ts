import { damaged } from './parse-record.ts'

/** Text in pieces of any size: a file's stream, an array of lines, or one text wrapped in an array. */
export type TextChunks = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

/**
 * The lines of a text, without their ends. Only line feeds end a line: JSON text may hold other characters that some
 * readers take for an end.
 */
export async function* linesIn(chunks: TextChunks): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest: string[] = []
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoded(decoder, chunk)
    const [first, ...others] = text.split('\n') as [string, ...string[]]
    rest.push(first)
    for (const next of others) {
      yield lineFrom(rest)
      rest = [next]
    }
  }
  rest.push(decoded(decoder))
  const last = lineFrom(rest)
  if (last !== '') yield last
}

/** Without bytes, what is left over. */
function decoded(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
  } catch (cause) {
    throw damaged('it holds bytes that are no UTF-8', cause)
  }
}

function lineFrom(pieces: readonly string[]): string {
  const line = pieces.join('')
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
