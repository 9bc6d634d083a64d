import { eras, yearsOf } from '../corpus/eras.ts'
import { surnameOf } from '../corpus/passages.ts'
import type { Research } from '../state.ts'

/** Two pieces of research in figures, as rows of a table. */
export function comparisonRows(first: Research, second: Research): (string | number)[][] {
  const both = [first, second]
  return [
    ['searches', ...both.map(({ searches }) => searches.length)],
    ['passages about it', ...both.map(({ sources }) => sources.length)],
    ['sentences quoted', ...both.map(({ sentences }) => sentences.length)],
    ['eras', ...both.map((research) => erasOf(research).size)],
    ['presidents', ...both.map(({ sentences }) => new Set(sentences.map(({ president }) => president)).size)],
  ]
}

/** What became of each era's quotations: `=` in both, `−` only in the first, `+` only in the second. */
export function changesByEra(first: Research, second: Research): string[] {
  return eras.flatMap((era) => {
    const before = citationsOf(era.id, first)
    const after = citationsOf(era.id, second)
    const changes = [
      ...[...before].filter((citation) => !after.has(citation)).map((citation) => unbroken('−', citation)),
      ...[...after].filter((citation) => !before.has(citation)).map((citation) => unbroken('+', citation)),
      ...[...before].filter((citation) => after.has(citation)).map((citation) => unbroken('=', citation)),
    ]
    return changes.length > 0 ? [`${yearsOf(era)}  ${changes.join('  ')}`] : []
  })
}

function citationsOf(era: string, { sentences }: Research): Set<string> {
  return new Set(
    sentences
      .filter((sentence) => sentence.era === era)
      .map(({ president, year }) => unbroken(surnameOf(president), String(year))),
  )
}

function erasOf({ sentences }: Research): Set<string> {
  return new Set(sentences.map(({ era }) => era))
}

/** Words that stay in one line. */
function unbroken(...words: readonly string[]): string {
  return words.join('\u00A0')
}
