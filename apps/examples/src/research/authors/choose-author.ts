import type { Author } from './author.ts'
import { modelAuthor } from './model-author.ts'
import { ruleAuthor } from './rule-author.ts'

const defaultModel = 'gpt-5-mini'

/**
 * A model when `OPENAI_API_KEY` is set, or `OPENAI_BASE_URL` for a server of one's own, else the built-in rules.
 * `OPENAI_MODEL` names the model; default `gpt-5-mini`.
 */
export function chooseAuthor(environment: NodeJS.ProcessEnv): Author {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: model } = environment
  if (!apiKey && !baseUrl) return ruleAuthor
  return modelAuthor({
    model: model || defaultModel,
    apiKey: apiKey || 'none',
    ...(baseUrl ? { baseUrl } : {}),
  })
}
