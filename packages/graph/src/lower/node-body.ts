// One attempt of a node: call it, take its result apart into writes, ask its conditional edges. Everything happens
// in one turn unless the node, its schema or an edge returns a promise.
import type { Runnable } from '@langchain/core/runnables'
import type { Attempt, NodeBody, Write } from '@cairn/engine'
import { withAmbientConfig, withTracedConfig } from '../langgraph/ambient.ts'
import { triggerOf } from '../langgraph/config-keys.ts'
import { isNodeFunction, isRunnable } from '../langgraph/recognise.ts'
import type { RunConfig } from '../langgraph/run-config.ts'
import type { Session } from '../session.ts'
import { readWithWrites } from '../langgraph/read.ts'
import { turns, turnsBeforeNode, turnsOfWriters } from '../stream/follow.ts'
import { traceRun, type TracedAs } from '../tracing.ts'
import { asPromise } from './as-promise.ts'
import { commandLeftWith } from './parent-command.ts'
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
  readonly tracedAs: TracedAs
}

export function createNodeBody(parts: NodeParts): NodeBody {
  const call = callable(parts.runnable)
  const write = createWriter(parts)
  const turnsToEnd = turnsOfWriters(parts)

  const run = (attempt: Attempt, config: RunConfig, session: Session): unknown => {
    const take = (result: unknown): unknown => {
      const writing = write(result, attempt, config, session)
      return writing === undefined ? result : writing.then(() => result)
    }
    const result = call(attempt.input, config)
    if (session.isFollowed) {
      return Promise.resolve(result).then((settled) => turns(turnsToEnd).then(() => take(settled)))
    }
    return result instanceof Promise ? result.then(take) : take(result)
  }

  /** A command for a graph around another one leaves a node as an error; whom it is meant for writes what it says. */
  const thrown = (error: unknown, attempt: Attempt, config: RunConfig, session: Session): unknown => {
    const command = commandLeftWith(error, attempt, config)
    const within = session.isTraced ? withTracedConfig : withAmbientConfig
    return within(config, () => write(command, attempt, config, session))
  }

  // A start node that only passes its input on asks nobody anything: it needs no config.
  const isPlainStart = parts.runnable === undefined && parts.routes.length === 0

  return (attempt) => {
    const session = attempt.context as Session
    if (isPlainStart && !session.isTraced) return write(attempt.input, attempt, noConfig, session)
    const config = session.taskConfig(attempt)
    const caught = (error: unknown) => thrown(error, attempt, config, session)
    try {
      const start = () =>
        traceRun(parts.tracedAs, attempt.input, config, (traced) => run(attempt, traced, session))
      const running = session.isTraced
        ? session.isFollowed
          ? turns(turnsBeforeNode).then(start)
          : start()
        : withAmbientConfig(config, () => run(attempt, config, session))
      return running instanceof Promise ? running.catch(caught).then(ignore) : undefined
    } catch (error) {
      return caught(error) as void | Promise<void>
    }
  }
}

const noConfig: RunConfig = {}
const ignore = () => undefined

function callable(runnable: Runnable | undefined): (input: unknown, config: RunConfig) => unknown {
  if (runnable === undefined) return (input) => input
  if (!isNodeFunction(runnable))
    return (input, config) => runnable.invoke(input, config as never) as Promise<unknown>
  const { func, recurse } = runnable
  if (!recurse) return (input, config) => asPromise(func(input, config))
  return (input, config) => {
    const result = asPromise(func(input, config))
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
