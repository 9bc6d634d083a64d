// Commands for the graph around a nested one.
import { Command, ParentCommand } from '@langchain/langgraph'
import { CHECKPOINT_NAMESPACE } from '../langgraph/config-keys.ts'
import type { RunConfig } from '../langgraph/run-config.ts'

/**
 * A command for the graph around a nested one leaves that one as an error. The task whose namespace it names takes
 * it as its own result.
 */
export function commandFor({ command }: ParentCommand, config: RunConfig): Command | undefined {
  return command.graph === config.configurable?.[CHECKPOINT_NAMESPACE] ? command : undefined
}

/** On its way out, the command is given the namespace it is meant for. */
export function outward(error: ParentCommand, config: RunConfig): ParentCommand {
  const { command } = error
  if (command.graph !== Command.PARENT) return error
  const namespace = config.configurable?.[CHECKPOINT_NAMESPACE] as string
  return new ParentCommand(new Command({ ...(command as object), graph: parentNamespace(namespace) }))
}

/** A command for a graph around the root. */
export function warnOfUnclaimed(node: string): void {
  process.emitWarning(
    `Node "${node}" returned a Command for the graph around its own, but there is none: the command is dropped.`,
    { type: 'CairnWarning', code: 'CAIRN_NO_PARENT_GRAPH' },
  )
}

/** Without the last level, and without the numbers that tell apart several nested graphs in one task. */
function parentNamespace(namespace: string): string {
  const parts = namespace.split('|')
  while (parts.length > 1 && /^\d+$/.test(parts.at(-1)!)) parts.pop()
  return parts.slice(0, -1).join('|')
}
