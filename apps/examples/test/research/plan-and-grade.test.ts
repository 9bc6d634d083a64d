import { describe, expect, test } from 'vitest'
import { planByWords } from '../../src/research/authors/plan-by-words.ts'
import { eras } from '../../src/research/corpus/eras.ts'
import { groupsOf, heaviestWords, names, subjectOf, withForms } from '../../src/research/corpus/subject.ts'
import { typicalWords } from '../../src/research/corpus/vocabulary.ts'
import { strengthOf } from '../../src/research/nodes/grade.ts'
import { widen } from '../../src/research/nodes/widen.ts'
import type { Research } from '../../src/research/state.ts'
import { plannedResearch, searchedResearch } from './planned-research.ts'

describe('the first plan', () => {
  test('searches each era for exactly the words of the question', () => {
    const { queries } = planByWords('How did presidents speak of railroads?')
    expect(queries.map(({ era }) => era)).toEqual(eras.map(({ id }) => id))
    for (const { groups } of queries) expect(groups).toEqual([['railroads']])
  })

  test('asks for all words of the question at once', () => {
    expect(planByWords('What about civil rights?').queries[0]?.groups).toEqual([['civil'], ['rights']])
  })

  test('of a question without a subject has no search', () => {
    expect(planByWords('How did they speak?')).toEqual({ subject: [], queries: [] })
  })
})

describe('a subject', () => {
  test('is named by its rare word alone, but not by its common one', () => {
    const subject = subjectOf('war on poverty')
    expect(names('We shall end poverty.', subject)).toBe(true)
    expect(names('We shall end the war.', subject)).toBe(false)
    expect(groupsOf(heaviestWords(subject))).toEqual([['poverty']])
  })

  test('of two words alike in weight is named by both only', () => {
    const subject = subjectOf('civil rights')
    expect(names('The civil service is large.', subject)).toBe(false)
    expect(names('The civil rights of all.', subject)).toBe(true)
  })

  test('gets those forms of its words that are typical of what was found', () => {
    const found = typicalWords([
      'The railroads and the railway bring iron rails; he railed at none.',
      'Railroads and railways.',
    ])
    const [railroads] = withForms(
      subjectOf('railroads'),
      found.filter(({ word }) => word !== 'railed'),
    )
    expect(railroads?.forms).toEqual(expect.arrayContaining(['railroads', 'railway', 'railways', 'rails']))
    expect(railroads?.forms).not.toContain('iron')
  })

  test('that no address names gets words that are spelled almost like it', () => {
    expect(withForms(subjectOf('railraods'), [])[0]?.forms).toContain('railroads')
    expect(withForms(subjectOf('zorgle'), [])[0]?.forms).toEqual(['zorgle'])
  })
})

describe('grading', () => {
  const subject = subjectOf('railroads')

  test('takes a passing mention for none', () => {
    const passing =
      'He was shot at the station of the railroads. The nation mourns. His widow has our prayers.'
    expect(strengthOf(passing, subject, ['freight', 'rates', 'shippers'])).toBe(0)
  })

  test('takes a passage that stays with the subject for one about it', () => {
    const twice = 'The railroads have grown. No law yet binds the railroads.'
    const once = 'The railroads ask shippers unjust rates for freight.'
    expect(strengthOf(twice, subject, [])).toBeGreaterThan(0)
    expect(strengthOf(once, subject, ['freight', 'rates', 'shippers'])).toBeGreaterThan(0)
  })

  test('finds eras poor after the first round, and the next round searches only those, for more forms', async () => {
    const first = await searchedResearch(plannedResearch('How did presidents speak of railroads?'))
    const poor = first.grades.filter(({ enough }) => !enough).map(({ era }) => era)
    expect(poor).toContain('1790-1828')
    expect(poor).not.toContain('1901-1920')

    const wider = { ...first, ...widen(first) }
    expect(wider.queries.map(({ era }) => era)).toEqual(poor)
    for (const { groups, round } of wider.queries) {
      expect(round).toBe(2)
      expect(groups[0]).toEqual(expect.arrayContaining(['railroads', 'railroad', 'railway']))
    }
    const second = await searchedResearch(wider)
    expect(aboutIn('1861-1877', second)).toBeGreaterThan(aboutIn('1861-1877', first))
  })

  test('ends when there are no other words left', async () => {
    const first = await searchedResearch(plannedResearch('How is the moon spoken of?'))
    expect(widen(first).queries).toEqual([])
  })
})

function aboutIn(era: string, { grades }: Research): number {
  return grades.find((other) => other.era === era)?.about ?? 0
}
