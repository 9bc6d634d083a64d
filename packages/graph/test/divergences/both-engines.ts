import { StateGraph as LangGraph } from '@langchain/langgraph'
import { vi } from 'vitest'
import { StateGraph as Cairn } from '../../src/index.ts'

/** The builder of each engine; the rest of a program is the same for both. */
export { Cairn, LangGraph }
export type Builder = typeof LangGraph

export const thread = { configurable: { thread_id: 't' } }

/** What a run ends with: its result, or the error. */
export async function endOf(run: Promise<unknown>): Promise<unknown> {
  return run.catch((error: unknown) => error)
}

/** Gives the other tasks of a superstep time to settle after one has failed. */
export async function turns(count = 6): Promise<void> {
  for (let index = 0; index < count; index++) await new Promise((resolve) => setImmediate(resolve))
}

/** Cairn's own warnings while `run` goes on, as `[code, message]`; they are not printed. */
export async function warningsOf(run: () => Promise<unknown>): Promise<unknown[][]> {
  const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  try {
    await run()
    return emit.mock.calls.map(([message, options]) => [(options as { code?: string }).code, message])
  } finally {
    emit.mockRestore()
  }
}
