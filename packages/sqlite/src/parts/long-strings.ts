// Long strings of a text stand in rows of their own, so that a text of which little has changed costs little: a message
// that got its id late, a document with another score. The rest is a node that refers to them.

/** In UTF-16 units, with its quotation marks. */
const shortest = 200

/** A text in pieces: every other one is a string in its JSON form that has, or gets, a row of its own. */
export type Pieces = readonly string[]

/** `undefined` for a text without long strings, and for one that is nothing but a string. */
export function cutOut(text: string): Pieces | undefined {
  if (text.startsWith('"')) return undefined
  const pieces: string[] = []
  let from = 0
  for (let start = text.indexOf('"'); start !== -1;) {
    const end = endOfString(text, start)
    if (end - start >= shortest) {
      pieces.push(text.slice(from, start), text.slice(start, end))
      from = end
    }
    start = text.indexOf('"', end)
  }
  if (pieces.length === 0) return undefined
  pieces.push(text.slice(from))
  return pieces
}

/** Where the string that begins at `start` has ended. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end + 1
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text[at - 1 - slashes] === '\\') slashes++
  return slashes % 2 === 1
}

const piecesStart = '{"$cairn.text":['

export function isPiecesText(text: string): boolean {
  return text.startsWith(piecesStart)
}

/** @param rowOf the row of a string */
export function piecesText(pieces: Pieces, rowOf: (text: string) => number): string {
  let row = 0
  const items = pieces.map((piece, at) => {
    if (at % 2 === 0) return JSON.stringify(piece)
    const next = rowOf(piece)
    const step = next - row
    row = next
    return step
  })
  return `${piecesStart}${items.join(',')}]}`
}

/** @throws {TypeError|SyntaxError} when it is not what `piecesText` gives. */
export function joinPieces(text: string, textOf: (row: number) => string): string {
  const [content] = Object.values(JSON.parse(text) as Record<string, unknown>)
  if (!Array.isArray(content)) throw new TypeError('a text in pieces is no array')
  let row = 0
  let joined = ''
  for (const item of content as readonly unknown[]) {
    if (typeof item === 'string') joined += item
    else if (typeof item === 'number') joined += textOf((row += item))
    else throw new TypeError('a text in pieces has an item of an unknown kind')
  }
  return joined
}
