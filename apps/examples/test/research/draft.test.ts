import { describe, expect, test } from 'vitest'
import { checkAgainstSources } from '../../src/research/authors/check-against-sources.ts'
import { draftByQuoting, wishesOf } from '../../src/research/authors/draft-by-quoting.ts'
import { ruleAuthor } from '../../src/research/authors/rule-author.ts'
import { occursIn } from '../../src/research/corpus/quote.ts'
import type { Research } from '../../src/research/state.ts'
import { plannedResearch, searchedResearch } from './planned-research.ts'

describe('a draft', () => {
  test('quotes up to three passages of an era, word for word, in order of time', async () => {
    const researched = await railroads()
    const sentences = draftByQuoting(researched)
    expect(sentences.length).toBeGreaterThan(6)
    for (const { era, passageId, quote } of sentences) {
      const source = researched.sources.find((other) => other.passageId === passageId)
      expect(occursIn(quote, source?.text ?? '')).toBe(true)
      expect(sentences.filter((other) => other.era === era).length).toBeLessThanOrEqual(3)
    }
    const years = sentences.map(({ year }) => year)
    expect(years).toEqual(years.toSorted((left, right) => left - right))
  })

  test('keeps what the critic found sound and replaces what it refused', async () => {
    const researched = await railroads()
    const first = draftByQuoting(researched)
    const problems = checkAgainstSources(first, researched.sources, researched.subject)
    expect(problems.length).toBeGreaterThan(0)

    const second = draftByQuoting({
      ...researched,
      sentences: first,
      problems,
      refused: problems,
      attempts: 1,
    })
    const quotes = second.map(({ quote }) => quote)
    const refusedQuotes = new Set(
      problems.filter(({ code }) => code !== 'one-voice').map(({ quote }) => quote),
    )
    const kept = first.filter(({ id, era, president }) =>
      problems.every(
        (problem) =>
          problem.sentenceId !== id &&
          !(problem.code === 'one-voice' && problem.era === era && problem.president === president),
      ),
    )
    expect(kept.length).toBeGreaterThan(0)
    expect(quotes).toEqual(expect.arrayContaining(kept.map(({ quote }) => quote)))
    expect(quotes.filter((quote) => refusedQuotes.has(quote))).toEqual([])
  })

  test('heeds what a note asks for and asks to leave out', async () => {
    const researched = await railroads()
    const rejected = {
      ...researched,
      verdict: { decision: 'reject', note: 'more on the Pacific, without Hoover' },
    } as const
    const before = draftByQuoting(researched)
    const after = draftByQuoting(rejected)
    expect(before.some(({ president }) => president === 'Herbert Hoover')).toBe(true)
    expect(after.some(({ president }) => president === 'Herbert Hoover')).toBe(false)
    const onPacific = (sentences: typeof after) =>
      sentences.filter(({ quote }) => quote.includes('Pacific')).length
    expect(onPacific(after)).toBeGreaterThan(onPacific(before))
  })

  test('says so when no source has a word of the note', async () => {
    const researched = await railroads()
    const rejected = { ...researched, verdict: { decision: 'reject', note: 'zorgle' } } as const
    expect((await ruleAuthor.write(rejected)).remarks).toEqual([
      'No source has a word of the note "zorgle"; the draft is as it was.',
    ])
  })
})

test('a note is read as words to prefer, and words to avoid after "without" and the like', () => {
  expect(wishesOf('Please more on the Pacific and 1885, without Polk, no figures')).toEqual({
    prefer: ['pacific', '1885'],
    avoid: ['polk', 'figures'],
  })
})

function railroads(): Promise<Research> {
  return searchedResearch(plannedResearch('How did presidents speak of railroads?'))
}
