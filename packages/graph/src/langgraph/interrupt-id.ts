import { interrupt, isGraphInterrupt } from '@langchain/langgraph'
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons'
import { CHECKPOINTER, CHECKPOINT_NAMESPACE, SCRATCHPAD } from './config-keys.ts'

/**
 * The id that `interrupt()` gives to the question of a task that has `answered` answers already. LangGraph's hash
 * is not exported, so it is asked: `interrupt()` runs under a made-up config, and the id is read from what it throws.
 */
export function interruptId(namespace: string, answered: number): string {
  const resume = Array.from({ length: answered })
  const scratchpad = { interruptCounter: answered - 1, resume }
  const configurable = { [CHECKPOINTER]: {}, [CHECKPOINT_NAMESPACE]: namespace, [SCRATCHPAD]: scratchpad }
  try {
    AsyncLocalStorageProviderSingleton.runWithConfig({ configurable }, () => interrupt(null))
  } catch (error) {
    if (isGraphInterrupt(error)) return (error as { interrupts: { id: string }[] }).interrupts[0]!.id
    throw error
  }
  throw new Error(
    "LangGraph's interrupt() did not interrupt when it was asked for an id; its contract has changed.",
  )
}
