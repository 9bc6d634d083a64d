import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, MemorySaver } from '@cairn/graph'
import { describe, expect, test } from 'vitest'
import { chooseAuthor } from '../../src/research/authors/choose-author.ts'
import { modelAuthor } from '../../src/research/authors/model-author.ts'
import { ruleAuthor } from '../../src/research/authors/rule-author.ts'
import { buildResearch } from '../../src/research/graph.ts'
import { runThread } from '../../src/research/run-thread.ts'
import { plannedResearch, searchedResearch } from './planned-research.ts'
import { scratchDirectory } from './scratch-directory.ts'
import { type ModelAnswer, type ModelRequest, scriptedServer } from './scripted-server.ts'

const question = 'How is the moon spoken of?'
const moonPlan = call({
  subject: [['moon', 'lunar']],
  searches: [
    { era: '1946-1980', allOf: [['Moon', 'lunar']] },
    { era: '1981-2021', allOf: [['moon']] },
    { era: '1981-2021', allOf: [['moon']] },
  ],
})
const johnson = {
  claim: 'Johnson measured the need for homes against the flight to the moon.',
  quote: 'Surely a nation that can go to the moon can place a decent home within the reach of its families.',
  passageId: '1968-johnson-19',
  president: 'Lyndon B. Johnson',
  year: 1968,
}

describe('with a model', () => {
  test('research is planned, written and reviewed by it', async () => {
    const drafts = [
      call({ sentences: [johnson, { ...johnson, quote: 'Surely a nation can go to Mars.' }] }),
      call({ sentences: [johnson] }),
    ]
    const { author, requests } = await authorWith(({ wanted }) =>
      wanted === 'search_plan' ? moonPlan : wanted === 'draft' ? next(drafts) : call({ problems: [] }),
    )
    const directory = scratchDirectory()
    const builder = buildResearch({
      author,
      ledgerPath: join(directory, 'searches.jsonl'),
      reportDirectory: directory,
    })
    const graph = builder.compile({ checkpointer: new MemorySaver() })
    const config = { configurable: { thread_id: 'moon' } }
    await runThread(graph, { question }, config, ignore)
    const standing = await runThread(graph, new Command({ resume: 'approve' }), config, ignore)

    expect(standing).toMatchObject({ kind: 'done', research: { author: 'scripted-model', remarks: [] } })
    const { research } = standing as Extract<typeof standing, { kind: 'done' }>
    expect(research.searches[0]?.groups).toEqual([['moon', 'lunar']])
    expect(research.sentences).toEqual([{ ...johnson, id: '1946-1980/1', era: '1946-1980' }])
    expect(research.refused.map(({ code }) => code)).toEqual(['not-in-source'])
    expect(readFileSync(research.reportPath, 'utf8')).toContain(johnson.claim)

    const secondDraft = requests.filter(({ wanted }) => wanted === 'draft')[1]
    expect(secondDraft?.text).toContain(
      'Surely a nation can go to Mars.”: These words do not stand in passage',
    )
    expect(secondDraft?.text).toContain(`Keep these sentences of your last draft:\n- ${johnson.claim}`)
  })

  test('its plan keeps single words in lower case and each search once', async () => {
    const { author } = await authorWith(() => moonPlan)
    const { queries, subject } = await author.plan(question)
    expect(queries.map(({ id }) => id)).toEqual(['1946-1980 r1 moon/lunar', '1981-2021 r1 moon'])
    expect(subject).toEqual([{ asked: 'moon', forms: ['moon', 'lunar'], share: 1 }])
  })

  test('a refusal is asked once more, then the built-in rules plan and a remark says so', async () => {
    const { author, requests } = await authorWith(() => ({ kind: 'refusal', text: 'I would rather not.' }))
    const { queries, remarks } = await author.plan(question)
    expect(queries).toEqual((await ruleAuthor.plan(question)).queries)
    expect(remarks).toEqual([
      'Planned by the built-in rules instead of the model: the model refused: I would rather not.',
    ])
    expect(requests.length).toBe(2)
    expect(requests[1]?.text).toContain(
      'That could not be used: the model refused: I would rather not. Try again.',
    )
  })

  test.each([
    ['prose', { kind: 'words', text: 'Here is a plan.' }, 'the model answered in prose: Here is a plan.'],
    ['another form', call({ steps: 3 }), 'the answer did not have the form asked for.'],
    [
      'an unknown era',
      call({ subject: [['moon']], searches: [{ era: '1492', allOf: [['moon']] }] }),
      'the answer did not have the form asked for.',
    ],
    ['no searches', call({ subject: [['moon']], searches: [] }), 'there was nothing usable in its answer'],
  ] as const)('%s instead of a plan is replaced by the rules’ plan', async (_, answer, reason) => {
    const { author } = await authorWith(() => answer)
    const { remarks } = await author.plan(question)
    expect(remarks).toEqual([`Planned by the built-in rules instead of the model: ${reason}`])
  })

  test('a second answer in the right form is taken', async () => {
    const answers: ModelAnswer[] = [{ kind: 'words', text: 'Let me think.' }, moonPlan]
    const { author } = await authorWith(() => next(answers))
    const { queries, remarks } = await author.plan(question)
    expect(queries.length).toBe(2)
    expect(remarks).toBeUndefined()
  })

  test('a claim that its quotation does not support is sent back', async () => {
    const what = 'The quotation says nothing of Mars.'
    const { author } = await authorWith(() => call({ problems: [{ sentenceId: '1946-1980/1', what }] }))
    const researched = await searchedResearch(plannedResearch(question))
    const sentence = { ...johnson, id: '1946-1980/1', era: '1946-1980', claim: 'Johnson spoke of Mars.' }
    const { problems } = await author.review({ ...researched, sentences: [sentence] })
    expect(problems).toEqual([
      expect.objectContaining({ sentenceId: '1946-1980/1', code: 'unsupported', what }),
    ])
  })

  test('a server that fails is an error, not a fallback', async () => {
    const { author } = await authorWith(() => ({ kind: 'failure', status: 400 }))
    await expect(author.plan(question)).rejects.toThrow('400')
  })
})

describe('who works is chosen by the environment', () => {
  test('the rules without a key and a server', () => {
    expect(chooseAuthor({})).toBe(ruleAuthor)
  })

  test('a model with a key, the named one if there is a name', () => {
    expect(chooseAuthor({ OPENAI_API_KEY: 'key' }).name).toBe('gpt-5-mini')
    expect(chooseAuthor({ OPENAI_API_KEY: 'key', OPENAI_MODEL: 'other' }).name).toBe('other')
  })

  test('a model on a server of one’s own without a key', () => {
    expect(chooseAuthor({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', OPENAI_MODEL: 'local' }).name).toBe(
      'local',
    )
  })
})

async function authorWith(script: (request: ModelRequest) => ModelAnswer) {
  const { baseUrl, requests } = await scriptedServer(script)
  return { requests, author: modelAuthor({ model: 'scripted-model', apiKey: 'none', baseUrl }) }
}

function call(value: unknown): ModelAnswer {
  return { kind: 'call', value }
}

function next(answers: ModelAnswer[]): ModelAnswer {
  const answer = answers.shift()
  if (!answer) throw new Error('The script has no more answers.')
  return answer
}

function ignore(): void {
  // These tests look at the state, not at the progress.
}
