import { counted } from './counted.ts'
import { type Era, eras, yearsOf } from './corpus/eras.ts'
import { groupsBesides } from './corpus/subject.ts'
import type { DraftSentence, Research, SearchRecord } from './state.ts'

/** An era with the widest of its searches. */
interface Coverage {
  readonly era: Era
  readonly search: SearchRecord
  readonly addresses: number
  readonly themes: readonly string[]
}

/** The report as it is written: what the human edited, or else the draft with its sources and how it was made. */
export function renderReport(state: Research): string {
  if (state.sentences.length === 0) return renderNothing(state)
  if (state.verdict.decision === 'edit') return `${state.verdict.markdown.trimEnd()}\n`
  return `${[renderDraft(state), renderSources(state), renderMaking(state)].join('\n\n')}\n`
}

/** The draft, arranged by era. */
export function renderDraft(state: Research): string {
  const coverage = coverageOf(state)
  const told = coverage.filter(({ era }) => sentencesOf(era, state).length > 0)
  const silent = coverage.filter(({ era }) => sentencesOf(era, state).length === 0)
  return [
    `# ${state.question}`,
    overview(coverage, state),
    ...told.map((part) => renderEra(part, state)),
    ...(silent.length > 0 ? [renderSilence(silent)] : []),
  ].join('\n\n')
}

/** A sentence of the draft with its citation, as plain text. */
export function sentenceText({ president, year, quote, claim, passageId }: DraftSentence): string {
  return `${claim === undefined ? '' : `${claim} `}${president}, ${year}: “${quote}” [${passageId}]`
}

function renderSentence(sentence: DraftSentence): string {
  const speaker = `${sentence.president}, ${sentence.year}:`
  return `- ${sentenceText(sentence).replace(speaker, `**${speaker}**`)}`
}

function overview(coverage: readonly Coverage[], { subject, searches }: Research): string {
  const years = coverage
    .flatMap(({ search }) => search.addresses)
    .map((address) => Number(address.slice(0, 4)))
  const total = coverage.reduce((sum, { addresses }) => sum + addresses, 0)
  const peak = coverage.reduce((best, part) => (shareNaming(part) > shareNaming(best) ? part : best))
  const forms = subject.flatMap((word) => word.forms.slice(1))
  const besides = [...new Set(searches.flatMap(({ groups }) => groupsBesides(groups, subject).flat()))]
  return [
    `Of ${total} addresses, ${years.length} name ${subject.map(({ asked }) => asked).join(' ')}`,
    ...(forms.length > 0 ? [` (or ${forms.join(', ')})`] : []),
    ...(besides.length > 0 ? [` together with ${besides.join(', ')}`] : []),
    `: the first in ${Math.min(...years)}, the last in ${Math.max(...years)}, and most of all in `,
    `${yearsOf(peak.era)}, when ${peak.search.addresses.length} of ${peak.addresses} do.`,
  ].join('')
}

function renderEra({ era, search, addresses, themes }: Coverage, state: Research): string {
  const typical = themes.length > 0 ? ` Words typical beside it: ${themes.join(', ')}.` : ''
  return [
    `## ${era.name}, ${yearsOf(era)}`,
    `*In ${search.addresses.length} of ${addresses} addresses.${typical}*`,
    sentencesOf(era, state).map(renderSentence).join('\n'),
  ].join('\n\n')
}

function renderSilence(silent: readonly Coverage[]): string {
  const parts = silent.map(({ era, search }) => {
    const count = search.addresses.length
    return `${yearsOf(era)} (${count === 0 ? 'never named' : `named in passing in ${counted(count, 'address', 'addresses')}`})`
  })
  return `Nothing to quote from ${parts.join(', ')}.`
}

function renderSources({ sentences, sources }: Research): string {
  const cited = new Set(sentences.map(({ passageId }) => passageId))
  const passages = sources
    .filter(({ passageId }) => cited.has(passageId))
    .map(({ passageId, president, year, text }) => `### ${passageId}\n\n${president}, ${year}\n\n> ${text}`)
  return ['## Sources', ...passages].join('\n\n')
}

function renderMaking({ author, refused, remarks, searches, verdict }: Research): string {
  const rounds = Math.max(...searches.map(({ round }) => round))
  const reasons = [...new Set(refused.map(({ code }) => code))].join(', ')
  const lines = [
    `- Planned, written and reviewed by ${author}; ${verdict.decision === 'approve' ? 'approved' : 'decided'} by a human.`,
    `- ${counted(searches.length, 'search', 'searches')} in ${counted(rounds, 'round')}.`,
    `- The critic sent back ${counted(refused.length, 'sentence')}${reasons === '' ? '' : ` (${reasons})`}.`,
    ...remarks.map((remark) => `- ${remark}`),
    '',
    '| Search | passages | addresses |',
    '| --- | ---: | ---: |',
    ...searches.map(({ id, matched, addresses }) => `| ${id} | ${matched} | ${addresses.length} |`),
  ]
  return ['## How it was made', lines.join('\n')].join('\n\n')
}

function renderNothing({ author, question, remarks, searches, sources, subject }: Research): string {
  const reason =
    subject.length === 0
      ? 'The question has no word to search for.'
      : sources.length > 0
        ? `${counted(sources.length, 'passage')} about it came up, but no quotation of them stood the critic’s checks.`
        : `${searches.length} searches of all addresses brought up no passage that is about it.`
  const made = searches.map(({ id, matched }) => `- ${id}: ${matched} passages`)
  return `${[`# ${question}`, `Nothing was found. ${reason}`, ...remarks, made.join('\n'), `Planned by ${author}.`].filter((part) => part !== '').join('\n\n')}\n`
}

function coverageOf({ grades, searches }: Research): Coverage[] {
  return eras.flatMap((era) => {
    const grade = grades.find((other) => other.era === era.id)
    const widest = searches
      .filter((search) => search.era === era.id)
      .toSorted((left, right) => right.addresses.length - left.addresses.length)[0]
    return grade && widest ? [{ era, search: widest, addresses: grade.addresses, themes: grade.themes }] : []
  })
}

function shareNaming({ search, addresses }: Coverage): number {
  return search.addresses.length / addresses
}

function sentencesOf(era: Era, { sentences }: Research): DraftSentence[] {
  return sentences.filter((sentence) => sentence.era === era.id)
}
