import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, MemorySaver } from '@cairn/graph'
import { describe, expect, test } from 'vitest'
import { ruleAuthor } from '../../src/research/authors/rule-author.ts'
import { buildResearch } from '../../src/research/graph.ts'
import { readLedger } from '../../src/research/ledger.ts'
import { type ResearchGraph, type Standing, runThread } from '../../src/research/run-thread.ts'
import { scratchDirectory } from './scratch-directory.ts'

const railroads = 'How did presidents speak of railroads?'
const config = { configurable: { thread_id: 'research' } }

describe('research', () => {
  test('searches in rounds, drafts until the critic is content, and asks before anything is written', async () => {
    const { directory, graph, ledgerPath } = prepared()
    const standing = await ask(graph, railroads)
    const { request, research } = waiting(standing)

    expect(new Set(research.searches.map(({ round }) => round))).toEqual(new Set([1, 2]))
    expect(research.refused.length).toBeGreaterThan(0)
    expect(research.problems).toEqual([])
    expect(request.draft).toContain('## Progressives and the Great War, 1901–1920')
    expect(request.sources.length).toBe(research.sentences.length)
    expect(
      readLedger(ledgerPath)
        .map(({ search }) => search)
        .toSorted(),
    ).toEqual(research.searches.map(({ id }) => id).toSorted())
    expect(existsSync(join(directory, 'reports'))).toBe(false)
  })

  test('writes the report once it is approved', async () => {
    const { graph } = prepared()
    await ask(graph, railroads)
    const { research } = done(await answer(graph, 'approve'))

    expect(research.outcome).toBe('report written')
    const report = readFileSync(research.reportPath, 'utf8')
    for (const { passageId, quote } of research.sentences)
      expect(report).toContain(`“${quote}” [${passageId}]`)
    expect(report).toContain('## Sources')
  })

  test('drafts again by the note of a rejection, and asks again', async () => {
    const { graph } = prepared()
    const first = waiting(await ask(graph, railroads))
    const second = waiting(await answer(graph, { decision: 'reject', note: 'without Wilson' }))

    expect(first.request.draft).toContain('Woodrow Wilson')
    expect(second.request.draft).not.toContain('Woodrow Wilson')
    expect(second.research.problems).toEqual([])
    expect(done(await answer(graph, { decision: 'approve' })).research.sentences).toEqual(
      second.research.sentences,
    )
  })

  test('writes what the human edited, as it is', async () => {
    const { graph } = prepared()
    await ask(graph, railroads)
    const { research } = done(await answer(graph, { decision: 'edit', markdown: '# Mine' }))
    expect(readFileSync(research.reportPath, 'utf8')).toBe('# Mine\n')
  })

  test('asks again, saying why, when the answer is none of those offered', async () => {
    const { graph } = prepared()
    const first = waiting(await ask(graph, railroads))
    const second = waiting(await answer(graph, 'perhaps'))
    expect(second.request).toEqual({
      ...first.request,
      complaint: 'The answer "perhaps" is none of those offered.',
    })
    expect(done(await answer(graph, 'approve')).research.outcome).toBe('report written')
  })

  test('finds the words meant by a misspelt question', async () => {
    const { graph } = prepared()
    const { research } = waiting(await ask(graph, 'What about railraods?'))
    expect(research.subject[0]?.forms).toContain('railroads')
  })

  test.each(['zorgle frobnicate', 'How did they speak?'])(
    'says that nothing was found for "%s"',
    async (question) => {
      const { graph } = prepared()
      const { research } = done(await ask(graph, question))
      expect(research.outcome).toBe('nothing found')
      expect(readFileSync(research.reportPath, 'utf8')).toContain('Nothing was found.')
    },
  )

  test('of another question on the same thread starts from nothing', async () => {
    const { graph } = prepared()
    await ask(graph, 'How is the moon spoken of?')
    await answer(graph, { decision: 'reject', note: 'without Hoover' })
    await answer(graph, 'approve')
    const { research } = waiting(await ask(graph, railroads))
    expect(research.searches.filter(({ id }) => id.includes('moon'))).toEqual([])
    expect(research.sources.filter(({ text }) => !/rail/i.test(text))).toEqual([])
    expect(research.sentences.map(({ president }) => president)).toContain('Herbert Hoover')
  })
})

function prepared() {
  const directory = scratchDirectory()
  const ledgerPath = join(directory, 'searches.jsonl')
  const builder = buildResearch({
    author: ruleAuthor,
    ledgerPath,
    reportDirectory: join(directory, 'reports'),
  })
  return { directory, ledgerPath, graph: builder.compile({ checkpointer: new MemorySaver() }) }
}

function ask(graph: ResearchGraph, question: string): Promise<Standing> {
  return runThread(graph, { question }, config, ignore)
}

function answer(graph: ResearchGraph, value: unknown): Promise<Standing> {
  return runThread(graph, new Command({ resume: value }), config, ignore)
}

function waiting(standing: Standing) {
  if (standing.kind !== 'waiting') throw new Error(`The thread is ${standing.kind}, not waiting.`)
  return standing
}

function done(standing: Standing) {
  if (standing.kind !== 'done') throw new Error(`The thread is ${standing.kind}, not done.`)
  return standing
}

function ignore(): void {
  // These tests look at the state, not at the progress.
}
