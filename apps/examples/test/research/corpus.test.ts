import { describe, expect, test } from 'vitest'
import { eraOfYear, eras } from '../../src/research/corpus/eras.ts'
import { addressCount, addressOf, passagesOf } from '../../src/research/corpus/passages.ts'
import { gap, occursIn, quoteOf, wordCount } from '../../src/research/corpus/quote.ts'
import { searchEra } from '../../src/research/corpus/search-index.ts'
import { sentencesOf } from '../../src/research/corpus/sentences.ts'
import { subjectOf } from '../../src/research/corpus/subject.ts'
import { subjectWords, wordsOf } from '../../src/research/corpus/words.ts'

describe('the addresses', () => {
  test('are all there, each in one era, and every passage has an id of its own', () => {
    const passages = eras.flatMap(({ id }) => passagesOf(id))
    expect(eras.reduce((sum, { id }) => sum + addressCount(id), 0)).toBe(233)
    expect(new Set(passages.map(({ id }) => id)).size).toBe(passages.length)
  })

  test('of two presidents in one year are told apart', () => {
    const in1953 = passagesOf('1946-1980').filter(({ year }) => year === 1953)
    expect(new Set(in1953.map(addressOf))).toEqual(new Set(['1953-eisenhower', '1953-truman']))
  })

  test('name the presidents as they are written', () => {
    const presidents = new Set(eras.flatMap(({ id }) => passagesOf(id)).map(({ president }) => president))
    expect(presidents).toContain('Franklin D. Roosevelt')
    expect(presidents).toContain('William McKinley')
    expect(passagesOf('1829-1860').map(({ id }) => id)).toContain('1839-van-buren-1')
  })

  test('lie in eras without gaps', () => {
    for (const [position, era] of eras.entries()) expect(era.from).toBe((eras[position - 1]?.to ?? 1789) + 1)
    expect(eraOfYear(1865).id).toBe('1861-1877')
    expect(eraOfYear(1700).id).toBe('1790-1828')
  })
})

test('a search finds passages with one word of each group and no others', async () => {
  const results = await searchEra('1946-1980', [['moon', 'mars'], ['landing']])
  expect(results.length).toBeGreaterThan(0)
  for (const { passage } of results) {
    const words = wordsOf(passage.text)
    expect(words.includes('moon') || words.includes('mars')).toBe(true)
    expect(words).toContain('landing')
  }
})

describe('sentences', () => {
  test('do not end at abbreviations and initials', () => {
    expect(
      sentencesOf('I met Mr. Adams near St. Louis. Then George W. Norris spoke. "Was it so?" It was.'),
    ).toEqual(['I met Mr. Adams near St. Louis.', 'Then George W. Norris spoke.', '"Was it so?"', 'It was.'])
  })
})

describe('words', () => {
  test('lose possessive and negative endings', () => {
    expect(wordsOf('The nation’s railroads didn’t stop')).toEqual([
      'the',
      'nation',
      'railroads',
      'did',
      'stop',
    ])
  })

  test('that only ask the question are not its subject', () => {
    expect(subjectWords('How did presidents speak of railroads?')).toEqual(['railroads'])
    expect(subjectWords('What was said about civil rights?')).toEqual(['civil', 'rights'])
    expect(subjectWords('How did they speak?')).toEqual([])
  })
})

describe('a quotation', () => {
  const subject = subjectOf('railroads')
  const long =
    'Having considered the reports of all the departments with the care that they deserve, and having found in them ' +
    'much that gives cause for gratitude, I recommend that the grants to the railroads be looked into without delay; ' +
    'for the people have a right to know what became of their lands, and to be told by whom they were taken.'

  test('leaves out the heading before a sentence', () => {
    expect(quoteOf('RAILROADS The railroads are in a fair state.', subject)).toBe(
      'The railroads are in a fair state.',
    )
    expect(quoteOf('NATO Secretary Smith spoke.', subject)).toBe('NATO Secretary Smith spoke.')
  })

  test('of a long sentence keeps the clause with the subject, marks the gaps and stays short', () => {
    const quote = quoteOf(long, subject)
    expect(quote).toContain('the grants to the railroads')
    expect(quote).toContain(gap)
    expect(wordCount(quote)).toBeLessThanOrEqual(45)
    expect(occursIn(quote, long)).toBe(true)
  })

  test('occurs in a text only word for word and in order', () => {
    expect(occursIn('the people … their lands', long)).toBe(true)
    expect(occursIn('their lands … the people', long)).toBe(false)
    expect(occursIn('the people have no right', long)).toBe(false)
  })
})
