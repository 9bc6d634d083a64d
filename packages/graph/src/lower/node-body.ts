// One attempt of a node: call it, take its result apart into writes, ask its conditional edges. Everything happens
// in one turn unless the node, its schema or an edge returns a promise.
import { Command, ParentCommand, isParentCommand } from '@langchain/langgraph'
import type { Runnable } from '@langchain/core/runnables'
import type { Attempt, NodeBody, Write } from '@cairn/engine'
import { withAmbientConfig } from '../langgraph/ambient.ts'
import { CHECKPOINT_NAMESPACE, triggerOf } from '../langgraph/config-keys.ts'
import { isNodeFunction, isRunnable } from '../langgraph/recognise.ts'
import { throughCache, type CachePolicy } from '../langgraph/node-cache.ts'
import type { RunConfig } from '../langgraph/run-config.ts'
import type { Session } from '../session.ts'
import { readWithWrites } from '../langgraph/read.ts'
import { traceNode } from '../tracing.ts'
import { destinationsOf, type GoTo, type Route } from './destinations.ts'

export interface NodeParts {
  readonly name: string
  /** `undefined` for the start node, whose result is its input. */
  readonly runnable: Runnable | undefined
  readonly updatesOf: (result: unknown) => readonly Write[] | Promise<readonly Write[]>
  readonly goTo: GoTo
  /** Nodes that always follow. */
  readonly edges: readonly string[]
  /** Channels of the joins this node arrives at. */
  readonly joins: readonly string[]
  readonly routes: readonly Route[]
  readonly cachePolicy: CachePolicy | undefined
}

export function createNodeBody(parts: NodeParts): NodeBody {
  const { cachePolicy } = parts
  const body = createUncachedBody(parts)
  if (cachePolicy === undefined) return body
  return (attempt) => {
    const { cache } = attempt.context as Session
    return cache === undefined
      ? body(attempt)
      : throughCache(cache, cachePolicy, attempt, () => body(attempt))
  }
}

function createUncachedBody(parts: NodeParts): NodeBody {
  const call = callable(parts.runnable)
  const write = createWriter(parts)

  const run = (attempt: Attempt, config: RunConfig, session: Session): unknown => {
    const take = (result: unknown): unknown => {
      const writing = write(result, attempt, config, session)
      return writing === undefined ? result : writing.then(() => result, thrown)
    }
    const thrown = (error: unknown): unknown => {
      if (!(error instanceof Error)) throw error
      Object.assign(error, { pregelTaskId: attempt.task.id })
      if (!isParentCommand(error)) throw error
      const command = commandFor(error, config)
      if (command !== undefined) return take(command)
      if (session.run.options.isNested === true) throw outward(error, config)
      warnOfUnclaimed(parts.name)
      return undefined
    }
    try {
      const result = call(attempt.input, config)
      return result instanceof Promise ? result.then(take).catch(thrown) : take(result)
    } catch (error) {
      return thrown(error)
    }
  }

  // A start node that only passes its input on asks nobody anything: it needs no config.
  const isPlainStart = parts.runnable === undefined && parts.routes.length === 0

  return (attempt) => {
    const session = attempt.context as Session
    if (isPlainStart && !session.isTraced) return write(attempt.input, attempt, noConfig, session)
    const config = session.taskConfig(attempt)
    const running = session.isTraced
      ? traceNode(attempt, config, (traced) => run(attempt, traced, session))
      : withAmbientConfig(config, () => run(attempt, config, session))
    if (running instanceof Promise) return running.then(ignore)
    return undefined
  }
}

const noConfig: RunConfig = {}
const ignore = () => undefined

function callable(runnable: Runnable | undefined): (input: unknown, config: RunConfig) => unknown {
  if (runnable === undefined) return (input) => input
  if (!isNodeFunction(runnable))
    return (input, config) => runnable.invoke(input, config as never) as Promise<unknown>
  const { func, recurse } = runnable
  if (!recurse) return func
  return (input, config) => {
    const result = func(input, config)
    if (result instanceof Promise)
      return result.then((value) => (isRunnable(value) ? value.invoke(input, config) : value))
    return isRunnable(result) ? result.invoke(input, config) : result
  }
}

function createWriter({ name, updatesOf, goTo, edges, joins, routes }: NodeParts) {
  const triggers = edges.filter((edge) => edge !== '__end__').map(triggerOf)

  const follow = (
    result: unknown,
    attempt: Attempt,
    config: RunConfig,
    session: Session,
  ): void | Promise<void> => {
    goTo(attempt, destinationsOf(result), name)
    for (const trigger of triggers) attempt.write(trigger, null)
    for (const join of joins) attempt.write(join, name)
    return askFrom(0, attempt, config, session)
  }

  const askFrom = (
    first: number,
    attempt: Attempt,
    config: RunConfig,
    session: Session,
  ): void | Promise<void> => {
    for (let index = first; index < routes.length; index++) {
      const state = readWithWrites(session.run, attempt.writes, session.program.streamKeys)
      const answer = routes[index]!(state, config)
      if (answer instanceof Promise) {
        return answer.then((destinations) => {
          goTo(attempt, destinations, name)
          return askFrom(index + 1, attempt, config, session)
        })
      }
      goTo(attempt, answer, name)
    }
  }

  return (result: unknown, attempt: Attempt, config: RunConfig, session: Session): void | Promise<void> => {
    const put = (updates: readonly Write[]) => {
      for (const [key, value] of updates) attempt.write(key, value)
      return follow(result, attempt, config, session)
    }
    const updates = updatesOf(result)
    return updates instanceof Promise ? updates.then(put) : put(updates)
  }
}

/**
 * A command for the graph around a nested one leaves that one as an error. The task whose namespace it names takes
 * it as its own result.
 */
function commandFor({ command }: ParentCommand, config: RunConfig): Command | undefined {
  return command.graph === config.configurable?.[CHECKPOINT_NAMESPACE] ? command : undefined
}

/** On its way out, the command is given the namespace it is meant for. */
function outward(error: ParentCommand, config: RunConfig): ParentCommand {
  const { command } = error
  if (command.graph !== Command.PARENT) return error
  const namespace = config.configurable?.[CHECKPOINT_NAMESPACE] as string
  return new ParentCommand(new Command({ ...(command as object), graph: parentNamespace(namespace) }))
}

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
