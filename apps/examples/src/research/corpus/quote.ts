import { type Subject, mentionsIn } from './subject.ts'

/** Stands in a quotation where something was left out. */
export const gap = '…'

const longestQuote = 45
// A heading in capitals that runs into its first sentence: "RAILROADS In previous annual messages …". One short word
// in capitals is a heading only before a word that often opens a sentence: "WAR The …", but not "NATO Secretary …".
const heading =
  /^(?:[IVX]+\.\s+)?(?:[A-Z][A-Z,'’&-]{5,}\s+|(?:[A-Z][A-Z,'’&-]+\s+)+(?=(?:A|All|An|As|At|But|By|During|For|From|I|If|In|It|My|No|On|Our|Since|The|There|This|To|Under|We|When|While|With)\s))+(?=[A-Z])/

/** What to quote of a sentence: without a heading before it and, if it is long, only the clauses around the subject. */
export function quoteOf(sentence: string, subject: Subject): string {
  const plain = sentence.replace(heading, '')
  if (wordCount(plain) <= longestQuote) return plain
  const clauses = plain.split(/(?<=[,;:])\s+/)
  const mentions = clauses.map((clause) => mentionsIn(clause, subject))
  let from = mentions.indexOf(Math.max(...mentions))
  let to = from + 1
  const wordsBetween = (start: number, end: number) => wordCount(clauses.slice(start, end).join(' '))
  for (;;) {
    if (to < clauses.length && wordsBetween(from, to + 1) <= longestQuote) to++
    else if (from > 0 && wordsBetween(from - 1, to) <= longestQuote) from--
    else break
  }
  const kept = clauses.slice(from, to).join(' ')
  const opened = from > 0 ? `${gap} ${kept}` : kept
  return to < clauses.length ? `${opened.replace(/[,;:]$/, '')} ${gap}` : opened
}

/** Whether a quotation stands in a text: its pieces word for word and in this order. White space does not count. */
export function occursIn(quote: string, text: string): boolean {
  const haystack = plainText(text)
  let from = 0
  for (const piece of plainText(quote).split(gap)) {
    const at = haystack.indexOf(piece.trim(), from)
    if (at < 0) return false
    from = at + piece.trim().length
  }
  return true
}

export function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => /\w/.test(word)).length
}

function plainText(text: string): string {
  return text.replaceAll(/[“”]/g, '"').replaceAll(/[‘’]/g, "'").replaceAll(/\s+/g, ' ').trim()
}
