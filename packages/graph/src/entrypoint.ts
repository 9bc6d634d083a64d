import { entrypoint as langGraphEntrypoint } from '@langchain/langgraph'
import { adopt } from './adopt/adopt.ts'

/**
 * LangGraph's functional API on Cairn's engine: a workflow that is one function, whose calls of `task()` are
 * recorded. `entrypoint.final({ value, save })` returns one value and keeps another for the next run.
 */
export const entrypoint: typeof langGraphEntrypoint = Object.assign(
  ((...args) => adopt(langGraphEntrypoint(...args))) as typeof langGraphEntrypoint,
  { final: langGraphEntrypoint.final },
)
