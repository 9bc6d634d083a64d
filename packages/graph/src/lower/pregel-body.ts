// One attempt of a node of a plain Pregel: Runnables do the work and write the result, through the task's config.
import type { Runnable } from '@langchain/core/runnables'
import type { NodeBody } from '@cairn/engine'
import { withAmbientConfig } from '../langgraph/ambient.ts'
import type { PregelNodeFields } from '../langgraph/compiled-fields.ts'
import type { RunConfig } from '../langgraph/run-config.ts'
import type { Session } from '../session.ts'
import { directCall } from './direct-call.ts'
import { commandLeftWith } from './parent-command.ts'

type Call = (input: unknown, config: RunConfig) => Promise<unknown>

export function createPregelBody(node: PregelNodeFields): NodeBody {
  const sequence = invoking(node.getNode()!)
  const direct = directCall(node) ?? sequence
  const writers = node.getWriters().map(invoking)

  return async (attempt) => {
    const session = attempt.context as Session
    const config = session.taskConfig(attempt)
    try {
      await (session.isTraced
        ? sequence(attempt.input, config)
        : withAmbientConfig(config, () => direct(attempt.input, config)))
    } catch (error) {
      const command = commandLeftWith(error, attempt, config)
      for (const write of writers) await write(command, config)
    }
  }
}

function invoking(runnable: Runnable): Call {
  return (input, config) => runnable.invoke(input, config as never) as Promise<unknown>
}
