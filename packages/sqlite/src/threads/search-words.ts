// What somebody types to search for text: words, "words side by side", and begin* for beginnings.

/** One FTS5 expression for each of the words; a thread has to match them all, in whichever of its values. */
export function matchesOf(text: string): string[] {
  return wordsOf(text).map(
    ({ word, isBeginning }) => `"${word.replaceAll('"', '""')}"${isBeginning ? '*' : ''}`,
  )
}

/**
 * Where the first of the words stands, with some text around it, in one line.
 * @returns `undefined` when none of them is there
 */
export function excerptOf(text: string, query: string, width = 80): string | undefined {
  const folded = fold(text)
  const places = wordsOf(query).map(({ word }) => folded.search(wordPattern(word)))
  const found = places.filter((place) => place >= 0)
  if (found.length === 0) return undefined
  const place = Math.min(...found)
  const start =
    text.length <= width ? 0 : Math.max(0, Math.min(place - Math.floor(width / 3), text.length - width))
  const isCutBehind = start + width < text.length
  let part = text.slice(start, start + width)
  // No halves of words, as far as there are others beside them.
  if (start > 0) part = part.replace(/^\S{0,12}\s/, '')
  if (isCutBehind) part = part.replace(/\s\S{0,12}$/, '')
  return `${start > 0 ? '…' : ''}${part.replaceAll(/\s+/g, ' ').trim()}${isCutBehind ? '…' : ''}`
}

interface Word {
  readonly word: string
  readonly isBeginning: boolean
}

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(/"([^"]*)"(\*)?|([^\s"]+)/g), ([, phrase, star, plain]) => {
    if (phrase !== undefined) return { word: phrase, isBeginning: star !== undefined }
    return plain!.endsWith('*')
      ? { word: plain!.slice(0, -1), isBeginning: true }
      : { word: plain!, isBeginning: false }
  }).filter(({ word }) => /[\p{L}\p{N}\p{Co}]/u.test(word))
}

/** Whatever stands between words, as the index takes it. */
function wordPattern(word: string): RegExp {
  const parts = fold(word).match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []
  return new RegExp(`(?<![\\p{L}\\p{N}])${parts.join('[^\\p{L}\\p{N}]+')}`, 'u')
}

/** Without case and accents, each character in its place. */
function fold(text: string): string {
  return Array.from(text, (character) => {
    const plain = character.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
    return plain.length === character.length ? plain : character
  }).join('')
}
