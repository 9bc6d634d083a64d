import { ChatOpenAI } from '@langchain/openai'
import { z } from 'zod'
import { eraOfYear, eras, yearsOf } from '../corpus/eras.ts'
import { weighted } from '../corpus/subject.ts'
import { wordsOf } from '../corpus/words.ts'
import { searchQuery } from '../search-query.ts'
import type { DraftSentence, Problem, Research, SearchQuery } from '../state.ts'
import { type Answered, askModel } from './ask-model.ts'
import { arrangeDraft } from './arrange-draft.ts'
import type { Author, Plan, Work } from './author.ts'
import { checkAgainstSources } from './check-against-sources.ts'
import { noteOf } from './draft-by-quoting.ts'
import { ruleAuthor } from './rule-author.ts'

export interface ModelSettings {
  readonly model: string
  readonly apiKey: string
  /** Root of an API like OpenAI's, such as `http://localhost:11434/v1`. Default: OpenAI's. */
  readonly baseUrl?: string
}

const mostSearches = 24
const eraIds = eras.map(({ id }) => id)
const wordGroups = z.array(z.array(z.string()))

const planSchema = z.object({
  subject: wordGroups.describe('For each thing the question is about, the single words that name it'),
  searches: z.array(
    z.object({ era: z.enum(eraIds), allOf: wordGroups.describe('One word of each group must occur') }),
  ),
})

const draftSchema = z.object({
  sentences: z.array(
    z.object({
      claim: z.string().describe('One sentence of the report, in your words'),
      quote: z
        .string()
        .describe('Words copied from the passage that show it; … where you leave something out'),
      passageId: z.string(),
      president: z.string(),
      year: z.number().int(),
    }),
  ),
})

const reviewSchema = z.object({ problems: z.array(z.object({ sentenceId: z.string(), what: z.string() })) })

/**
 * Plans, writes and reviews by a chat model. Its quotations are checked by the built-in rules as well. Where it
 * refuses or its answers have the wrong form twice, the built-in rules do that part and a remark says so.
 */
export function modelAuthor({ model, apiKey, baseUrl }: ModelSettings): Author {
  const chat = new ChatOpenAI({
    model,
    apiKey,
    maxRetries: 2,
    __includeRawResponse: true,
    timeout: 120_000,
    ...(baseUrl === undefined ? {} : { configuration: { baseURL: baseUrl } }),
  })
  return {
    name: model,
    plan: async (question) =>
      orByRules(await askForPlan(chat, question), planOf, 'Planned', () => ruleAuthor.plan(question)),
    write: async (state) =>
      orByRules(
        await askForDraft(chat, state),
        (answer) => draftOf(answer, state),
        'Written',
        () => ruleAuthor.write(state),
      ),
    review: (state) => review(chat, state),
  }
}

function askForPlan(chat: ChatOpenAI, question: string): Promise<Answered<z.infer<typeof planSchema>>> {
  return askModel(chat, {
    name: 'search_plan',
    schema: planSchema,
    instructions:
      'You plan searches in the State of the Union addresses. The index knows single lower-case words only: no ' +
      'phrases, no stemming, so list the forms. Plan one or two searches for each era in which the question makes ' +
      'sense, with the words that were used at that time.',
    material: `Question: ${question}\nEras: ${eraIds.join(', ')}`,
  })
}

function askForDraft(chat: ChatOpenAI, state: Research): Promise<Answered<z.infer<typeof draftSchema>>> {
  const sources = state.sources.map(
    ({ passageId, president, year, text }) => `[${passageId}] ${president}, ${year}\n${text}`,
  )
  const faulty = new Set(state.problems.map(({ sentenceId }) => sentenceId))
  const sound = state.sentences
    .filter(({ id }) => state.attempts > 0 && !faulty.has(id))
    .map(({ claim, quote, passageId }) => `- ${claim ?? ''} “${quote}” [${passageId}]`)
  const complaints = state.problems.map(({ quote, what }) => `- “${quote}”: ${what}`)
  const note = noteOf(state)
  return askModel(chat, {
    name: 'draft',
    schema: draftSchema,
    instructions:
      'You write a short report from passages of State of the Union addresses: for each era up to three sentences, ' +
      'each with words quoted exactly from one passage and with that passage’s id, president and year. Use nothing else.',
    material: [
      `Question: ${state.question}`,
      `Eras: ${eras.map((era) => `${yearsOf(era)} ${era.name}`).join('; ')}`,
      ...sources,
      ...(sound.length > 0 ? [`Keep these sentences of your last draft:\n${sound.join('\n')}`] : []),
      ...(complaints.length > 0 ? [`These had faults, replace them:\n${complaints.join('\n')}`] : []),
      ...(note === '' ? [] : [`The reader rejected an earlier draft and said: ${note}`]),
    ].join('\n\n'),
  })
}

async function review(chat: ChatOpenAI, state: Research): ReturnType<Author['review']> {
  const found = checkAgainstSources(state.sentences, state.sources, state.subject)
  const faulty = new Set(found.map(({ sentenceId }) => sentenceId))
  const claims = state.sentences.filter(({ id, claim }) => claim !== undefined && !faulty.has(id))
  if (claims.length === 0) return { problems: found }
  const answered = await askModel(chat, {
    name: 'review',
    schema: reviewSchema,
    instructions:
      'You review a report. For each sentence you see its claim and the words quoted for it. List only sentences whose ' +
      'quotation does not support the claim, by id, and say in one sentence what is wrong.',
    material: claims
      .map(({ id, claim, quote }) => `${id}\nclaim: ${claim}\nquotation: “${quote}”`)
      .join('\n\n'),
  })
  if (answered.kind === 'none')
    return { problems: found, remarks: [insteadOfModel('Reviewed', answered.reason)] }
  return { problems: [...found, ...unsupported(answered.answer.problems, claims)] }
}

/** The model's work if it can be used, or else that of the rules with a remark. */
async function orByRules<Answer, Result extends object>(
  answered: Answered<Answer>,
  use: (answer: Answer) => Work<Result> | undefined,
  doing: string,
  byRules: () => Promise<Work<Result>>,
): Promise<Work<Result>> {
  const result = answered.kind === 'answer' ? use(answered.answer) : undefined
  if (result !== undefined) return result
  const reason = answered.kind === 'none' ? answered.reason : 'there was nothing usable in its answer'
  const work = await byRules()
  return { ...work, remarks: [...(work.remarks ?? []), insteadOfModel(doing, reason)] }
}

function insteadOfModel(doing: string, reason: string): string {
  return `${doing} by the built-in rules instead of the model: ${reason}`
}

function planOf({ subject, searches }: z.infer<typeof planSchema>): Plan | undefined {
  const words = singleWords(subject)
  const queries = searches.flatMap(({ era, allOf }): SearchQuery[] => {
    const groups = singleWords(allOf)
    return groups.length > 0 ? [searchQuery(era, 1, groups)] : []
  })
  const unique = [...new Map(queries.map((query) => [query.id, query])).values()].slice(0, mostSearches)
  if (words.length === 0 || unique.length === 0) return undefined
  return {
    subject: weighted(words.flatMap((forms) => (forms[0] ? [{ asked: forms[0], forms }] : []))),
    queries: unique,
  }
}

function draftOf({ sentences }: z.infer<typeof draftSchema>, { sources }: Research) {
  if (sentences.length === 0) return undefined
  const inEras = sentences.map((sentence) => {
    const source = sources.find(({ passageId }) => passageId === sentence.passageId)
    return { ...sentence, era: source?.era ?? eraOfYear(sentence.year).id }
  })
  return { sentences: arrangeDraft(inEras) }
}

function unsupported(
  problems: z.infer<typeof reviewSchema>['problems'],
  claims: readonly DraftSentence[],
): Problem[] {
  return claims.flatMap(({ id, era, president, quote }) => {
    const problem = problems.find(({ sentenceId }) => sentenceId === id)
    return problem
      ? [{ sentenceId: id, era, president, quote, code: 'unsupported' as const, what: problem.what }]
      : []
  })
}

/** The groups with nothing in them but single words in lower case, each once. */
function singleWords(groups: readonly (readonly string[])[]): string[][] {
  return groups.map((group) => [...new Set(group.flatMap(wordsOf))]).filter((group) => group.length > 0)
}
