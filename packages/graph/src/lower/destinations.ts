// Where a task goes next: what its result says, the static edges, the joins, the conditional edges, in that order.
import { InvalidUpdateError, ParentCommand, isCommand } from '@langchain/langgraph'
import type { Serialized } from '@langchain/core/load/serializable'
import { RunnableLambda, type Runnable } from '@langchain/core/runnables'
import { SENDS, type Attempt } from '@cairn/engine'
import { UnknownNodeError } from '../errors.ts'
import type { BranchFields, Destination } from '../langgraph/compiled-fields.ts'
import { triggerOf } from '../langgraph/config-keys.ts'
import { nameOf, sendOf } from '../langgraph/recognise.ts'
import type { RunConfig } from '../langgraph/run-config.ts'
import { isFollowed, turns, turnsOfRoute } from '../stream/follow.ts'
import { traceRun, type TracedAs } from '../tracing.ts'
import { asPromise } from './as-promise.ts'
import { isCommandList } from './state-update.ts'

/** Puts the writes that make the named nodes due. `value` is what their trigger channels receive. */
export type GoTo = (attempt: Attempt, destinations: readonly Destination[], value: unknown) => void

/**
 * @param sender the node whose routing this is
 * @param nodes names of the graph's nodes
 */
export function createGoTo(sender: string, nodes: readonly string[]): GoTo {
  const known = new Set(nodes)
  return (attempt, destinations, value) => {
    for (const destination of destinations) {
      const send = sendOf(destination)
      if (send !== undefined) {
        if (send.node === '__end__') throw new InvalidUpdateError('Cannot send a packet to the END node')
        if (!known.has(send.node)) throw new UnknownNodeError(send.node, sender, nodes)
        attempt.write(SENDS, send)
      } else if (destination !== '__end__') {
        const name = nameOf(destination)
        if (!known.has(name)) throw new UnknownNodeError(name, sender, nodes)
        attempt.write(triggerOf(name), value)
      }
    }
  }
}

type AnyCommand = { readonly graph?: string; readonly goto?: Destination | Destination[] }

/** @throws {ParentCommand} when the result is meant for the graph around this one. */
export function destinationsOf(result: unknown): readonly Destination[] {
  const send = sendOf(result)
  if (send !== undefined) return [send]
  const commands = isCommand(result) ? [result] : isCommandList(result) ? result.filter(isCommand) : none
  if (commands.length === 0) return none
  const destinations: Destination[] = []
  for (const command of commands as readonly AnyCommand[]) {
    if (command.graph === '__parent__') throw new ParentCommand(command as never)
    if (command.goto !== undefined) destinations.push(...[command.goto].flat())
  }
  return destinations
}

const none: readonly never[] = []

/** Asks a conditional edge where to go. */
export type Route = (
  state: unknown,
  config: RunConfig,
) => readonly Destination[] | Promise<readonly Destination[]>

export function createRoute(branch: BranchFields, sender: string): Route {
  const { ends } = branch
  const ask = pathFunction(branch.path)
  const named = (answer: unknown): readonly Destination[] => {
    const labels = (Array.isArray(answer) ? answer : [answer]) as Destination[]
    return labels.map((label) => {
      const destination = ends === undefined || sendOf(label) !== undefined ? label : ends[label as string]
      if (destination) return destination
      throw new InvalidUpdateError(
        `Branch condition returned unknown or null destination: the conditional edge from "${sender}" returned ${JSON.stringify(label)}` +
          (ends === undefined ? '.' : `, but its path map has only ${Object.keys(ends).join(', ')}.`),
      )
    })
  }
  return (state, config) => {
    const answer = ask(state, config)
    return answer instanceof Promise ? answer.then(named) : named(answer)
  }
}

/** A plain function is called as it is; LangChain's own way around it costs more than all else in a superstep. */
function pathFunction(path: Runnable): (state: unknown, config: RunConfig) => unknown {
  const invoke = (state: unknown, config: RunConfig) =>
    path.invoke(state, config as never) as Promise<unknown>
  if (!(path instanceof RunnableLambda)) return invoke
  const func = (path as unknown as { func: (state: unknown, config: RunConfig) => unknown }).func
  const ask = (state: unknown, config: RunConfig) => {
    const answer = asPromise(func(state, config))
    return isRunnable(answer) ? answer.invoke(state, config as never) : answer
  }
  let serialized: Serialized | undefined
  const tracedAs: TracedAs = { serialized: () => (serialized ??= path.toJSON()), name: path.getName() }
  return (state, config) => {
    const { callbacks } = config
    if (callbacks === undefined) return ask(state, config)
    if (Array.isArray(callbacks)) return invoke(state, config)
    return isFollowed(callbacks.handlers)
      ? askInTurns(ask, tracedAs, state, config)
      : traceRun(tracedAs, state, config, (traced) => ask(state, traced))
  }
}

/** For a run that is followed: as many turns as LangChain's own way around a function takes. */
async function askInTurns(
  ask: (state: unknown, config: RunConfig) => unknown,
  tracedAs: TracedAs,
  state: unknown,
  config: RunConfig,
): Promise<unknown> {
  await Promise.resolve()
  return traceRun(tracedAs, state, config, async (traced) => {
    const answer = await ask(state, traced)
    await turns(turnsOfRoute)
    return answer
  })
}

function isRunnable(value: unknown): value is Runnable {
  return (
    typeof value === 'object' && value !== null && (value as { lc_runnable?: boolean }).lc_runnable === true
  )
}
