// Commands for the graph around a nested one: they leave that one as an error.
import { Command, ParentCommand, isParentCommand } from '@langchain/langgraph'
import type { Attempt } from '@cairn/engine'
import { CHECKPOINT_NAMESPACE } from '../langgraph/config-keys.ts'
import type { RunConfig } from '../langgraph/run-config.ts'
import type { Session } from '../session.ts'

/**
 * The command that a node was left with, if it is for the task's own graph: the task takes it as its result.
 * @throws the error itself, with the id of its task, for any other; a command for a graph further out on its way there
 */
export function commandLeftWith(error: unknown, attempt: Attempt, config: RunConfig): Command {
  const { task, context } = attempt
  if (typeof error === 'object' && error !== null && Object.isExtensible(error))
    Object.assign(error, { pregelTaskId: task.id })
  if (!(error instanceof Error) || !isParentCommand(error)) throw error
  const { command } = error
  if (command.graph === config.configurable?.[CHECKPOINT_NAMESPACE]) return command
  if ((context as Session).run.options.isNested !== true) warnOfUnclaimed(task.name)
  throw outward(error, config)
}

/** On its way out, the command is given the namespace it is meant for. */
function outward(error: ParentCommand, config: RunConfig): ParentCommand {
  const { command } = error
  if (command.graph !== Command.PARENT) return error
  const namespace = config.configurable?.[CHECKPOINT_NAMESPACE] as string
  return new ParentCommand(new Command({ ...(command as object), graph: parentNamespace(namespace) }))
}

/** A command for a graph around the root. */
function warnOfUnclaimed(node: string): void {
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
