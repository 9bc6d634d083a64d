import type { ChatOpenAI } from '@langchain/openai'
import { z } from 'zod'

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
 * shape or is a refusal. The model has to be made with `__includeRawResponse`, or its refusals are not seen. Errors
 * of the network and of the server are thrown: the thread can be resumed after them.
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
    reason = faultOf(refusalIn(raw.additional_kwargs), raw.text)
  }
  return { kind: 'none', reason }
}

// The converted message leaves a refusal out; the response as it came has it.
const refusedSchema = z.object({
  __raw_response: z.object({ choices: z.tuple([z.object({ message: z.object({ refusal: z.string() }) })]) }),
})

function refusalIn(details: unknown): string | undefined {
  return refusedSchema.safeParse(details).data?.['__raw_response'].choices[0].message.refusal
}

function faultOf(refusal: string | undefined, text: string): string {
  if (refusal !== undefined) return `the model refused: ${refusal}`
  return text === ''
    ? 'the answer did not have the form asked for.'
    : `the model answered in prose: ${text.slice(0, 120)}`
}
