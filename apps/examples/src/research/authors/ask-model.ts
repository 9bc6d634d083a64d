import type { ChatOpenAI } from '@langchain/openai'
import type { z } from 'zod'

export interface Question<Answer> {
  /** Name of the answer, as the model is told it. */
  readonly name: string
  readonly schema: z.ZodType<Answer, Record<string, unknown>>
  readonly instructions: string
  readonly material: string
}

/** An answer that fits its schema, or why there is none. */
export type Answered<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'none'; readonly reason: string }

/**
 * Asks a model for an answer of a given shape, and once more, saying what was wrong, when the first has another
 * shape or is a refusal. Errors of the network and of the server are thrown: the thread can be resumed after them.
 */
export async function askModel<Answer extends Record<string, unknown>>(
  model: ChatOpenAI,
  { name, schema, instructions, material }: Question<Answer>,
): Promise<Answered<Answer>> {
  const structured = model.withStructuredOutput(schema, {
    name,
    method: 'functionCalling',
    strict: true,
    includeRaw: true,
  })
  let reason = ''
  for (let attempt = 1; attempt <= 2; attempt++) {
    const complaint =
      reason === '' ? [] : [{ role: 'user', content: `That could not be used: ${reason} Try again.` }]
    const { raw, parsed } = await structured.invoke([
      { role: 'system', content: instructions },
      { role: 'user', content: material },
      ...complaint,
    ])
    const checked = schema.safeParse(parsed)
    if (checked.success) return { kind: 'answer', answer: checked.data }
    reason = faultOf(raw.additional_kwargs['refusal'], raw.text)
  }
  return { kind: 'none', reason }
}

function faultOf(refusal: unknown, text: string): string {
  if (typeof refusal === 'string' && refusal !== '') return `the model refused: ${refusal}`
  return text === ''
    ? 'the answer did not have the form asked for.'
    : `the model answered in prose: ${text.slice(0, 120)}`
}
