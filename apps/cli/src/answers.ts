// What `--answer` says: which question, and the value.
import type { StoredQuestion } from '@cairn/checkpoint'
import { CliError } from './cli-error.ts'
import { quoted } from './command-line.ts'
import { ExitCode } from './exit-code.ts'

export const answerHelp = `Answers:
  --answer JSON       to the one open question: --answer true, --answer '{"approved": true}'
  --answer ID=JSON    to the question with this id, or one that begins so; may be repeated
  What is not JSON is taken as text: --answer yes means "yes". What only nearly is JSON (it begins
  like an object, a list, a text or a number, or is true or null spelled otherwise), or looks like
  ID=… of a question that is not open, is refused. Text of that kind is given as JSON: --answer '"007"'`

/**
 * Answers by the ids of their questions.
 * @throws {CliError} when it is not clear which question is meant, or what the answer is.
 */
export function readAnswers(
  given: readonly string[],
  questions: readonly StoredQuestion[],
): Record<string, unknown> {
  const answers: Record<string, unknown> = {}
  for (const text of given) {
    const { id, value } = readAnswer(text, questions)
    if (id in answers) {
      throw usageError('ANSWERED_TWICE', `The question ${id} is answered twice.`, [
        'Give one answer to each question.',
      ])
    }
    answers[id] = value
  }
  return answers
}

function readAnswer(text: string, questions: readonly StoredQuestion[]): { id: string; value: unknown } {
  const named = /^([0-9a-f]{4,32})=(.*)$/s.exec(text)
  if (named !== null && !isJson(text)) {
    const [, prefix, rest] = named as unknown as [string, string, string]
    const matching = questions.filter(({ id }) => id.startsWith(prefix))
    if (matching.length === 1) return { id: matching[0]!.id, value: readValue(rest) }
    throw wrongQuestion(prefix, text, matching, questions)
  }
  if (questions.length === 1) return { id: questions[0]!.id, value: readValue(text) }
  throw usageError(
    'AMBIGUOUS_ANSWER',
    `${questions.length} questions are open, and the answer ${quoted(text)} does not say which it is for.`,
    ['Name the question:', ...questions.map(({ id }) => `  --answer ${id}=…`)],
  )
}

function wrongQuestion(
  prefix: string,
  text: string,
  matching: readonly StoredQuestion[],
  questions: readonly StoredQuestion[],
): CliError {
  const open = (matching.length > 0 ? matching : questions).map(({ id, node }) =>
    `  ${id}  ${node ?? ''}`.trimEnd(),
  )
  if (matching.length > 1) {
    return usageError(
      'AMBIGUOUS_QUESTION',
      `${matching.length} open questions have an id that begins with ${prefix}.`,
      ['Type more of it:', ...open],
    )
  }
  return usageError('QUESTION_NOT_OPEN', `No open question has an id that begins with ${prefix}.`, [
    'Open questions:',
    ...open,
    `If the answer is the text ${JSON.stringify(text)}, give it as JSON: --answer ${quoted(JSON.stringify(text))}`,
  ])
}

function readValue(text: string): unknown {
  if (isJson(text)) return JSON.parse(text) as unknown
  const looksLikeJson =
    /^\s*([[{"']|-?\d)/.test(text) || /^\s*(true|false|null|none|nil|nan|undefined)\s*$/i.test(text)
  if (looksLikeJson || text.trim() === '') {
    throw usageError(
      'AMBIGUOUS_ANSWER_VALUE',
      `The answer ${quoted(text)} is not JSON, but too near to it to be taken as text.`,
      [
        `If it is text: --answer ${quoted(JSON.stringify(text))}`,
        `If it is an object, quote it for the shell: --answer '{"key": "value"}'`,
      ],
    )
  }
  return text
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function usageError(code: string, message: string, remedies: readonly string[]): CliError {
  return new CliError({ code, exitCode: ExitCode.usage, message, remedies })
}
