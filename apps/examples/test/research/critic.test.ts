import { describe, expect, test } from 'vitest'
import { checkAgainstSources } from '../../src/research/authors/check-against-sources.ts'
import { subjectOf } from '../../src/research/corpus/subject.ts'
import type { DraftSentence, Source } from '../../src/research/state.ts'

const subject = subjectOf('railroads')
const sources: readonly Source[] = [
  source('1881-first-1', 'Ann First', 1881, [
    'The railroads of the land have need of a just and even-handed law.',
    'They carry what the farmer grows.',
    'Let the canals also be remembered by the Congress this winter.',
    'Railroads carried 12,345 tons and 23,456 men and railroads will again.',
  ]),
  source('1883-first-2', 'Ann First', 1883, ['No burden on the railroads is heavier than that of doubt.']),
  source('1885-second-1', 'Ben Second', 1885, [
    'In my view the railroads serve the people before they serve their owners.',
    'The railroads of the land have great need of a just law.',
  ]),
]
const sound = sentence('1881-first-1', 'The railroads of the land have need of a just and even-handed law.')

describe('the critic', () => {
  test('finds nothing wrong with a quotation that stands in its source', () => {
    expect(codesFor(sound)).toEqual([])
  })

  test('catches a sentence in which one word was changed', () => {
    expect(codesFor({ ...sound, quote: sound.quote.replace('need of', 'no need of') })).toEqual([
      'not-in-source',
    ])
  })

  test('catches a quotation that stands in another passage than the one cited', () => {
    expect(codesFor({ ...sound, passageId: '1885-second-1', president: 'Ben Second', year: 1885 })).toEqual([
      'not-in-source',
    ])
  })

  test('catches a wrong president and a wrong year', () => {
    expect(codesFor({ ...sound, president: 'Ben Second' })).toEqual(['wrong-citation'])
    expect(codesFor({ ...sound, year: 1882 })).toEqual(['wrong-citation'])
  })

  test('catches a passage that is not among the sources', () => {
    expect(codesFor({ ...sound, passageId: '1999-nobody-1' })).toEqual(['unknown-source'])
  })

  test('catches pieces put together in another order', () => {
    expect(
      codesFor({ ...sound, quote: 'a just and even-handed law … The railroads of the land have need of' }),
    ).toEqual(['not-in-source'])
  })

  test('catches a sentence that is not about the question', () => {
    expect(
      codesFor(sentence('1881-first-1', 'Let the canals also be remembered by the Congress this winter.')),
    ).toEqual(['off-subject'])
  })

  test('catches a sentence that cannot be understood alone', () => {
    expect(codesFor(sentence('1881-first-1', 'They carry what the farmer grows.'))).toEqual(['needs-context'])
  })

  test('catches a sentence that gives nothing but figures', () => {
    expect(
      codesFor(
        sentence('1881-first-1', 'Railroads carried 12,345 tons and 23,456 men and railroads will again.'),
      ),
    ).toEqual(['figures'])
  })

  test('catches a sentence that says what another said before', () => {
    expect(
      codesFor(sound, sentence('1885-second-1', 'The railroads of the land have great need of a just law.')),
    ).toEqual(['repeats'])
  })

  test('asks for another voice where one is heard twice and another not at all', () => {
    const again = sentence('1883-first-2', 'No burden on the railroads is heavier than that of doubt.')
    const other = sentence(
      '1885-second-1',
      'In my view the railroads serve the people before they serve their owners.',
    )
    expect(codesFor(sound, again)).toEqual(['one-voice'])
    expect(codesFor(other, sound, again)).toEqual([])
  })

  test('says which sentence is wrong and what is wrong with it', () => {
    expect(checkAgainstSources([{ ...sound, year: 1882 }], sources, subject)).toEqual([
      {
        sentenceId: sound.id,
        era: sound.era,
        president: 'Ann First',
        quote: sound.quote,
        code: 'wrong-citation',
        what: 'Passage 1881-first-1 is by Ann First in 1881, not Ann First in 1882.',
      },
    ])
  })
})

function codesFor(...sentences: readonly DraftSentence[]): string[] {
  return checkAgainstSources(sentences, sources, subject).map(({ code }) => code)
}

function sentence(passageId: string, quote: string): DraftSentence {
  const cited = sources.find((other) => other.passageId === passageId)
  if (!cited) throw new Error(`No source ${passageId}`)
  const { era, president, year } = cited
  return { id: `${era}/${passageId}`, era, passageId, president, year, quote }
}

function source(passageId: string, president: string, year: number, sentences: readonly string[]): Source {
  return { passageId, era: '1878-1900', president, year, text: sentences.join(' '), strength: 1 }
}
