import {
  Command,
  INTERRUPT,
  isCommand,
  type BaseCheckpointSaver,
  type StateSnapshot,
} from '@langchain/langgraph'
import { allModes } from '../differential/harness/differential.ts'
import { inTaskOrder } from '../differential/harness/in-task-order.ts'
import { compareText, masked } from '../differential/harness/masked.ts'
import { collect, historyOf, outcomeOf } from '../differential/harness/observe.ts'
import { briefFailure, briefOutcome, isFailure } from './brief.ts'
import {
  actsOf,
  childrenOf,
  isQuestion,
  nameOf,
  type Editor,
  type Program,
  type RunOptions,
  type Turn,
} from './program.ts'

export const thread = { configurable: { thread_id: 't' } }
export const firstInput = { log: ['in'] }

export interface Compiled {
  stream(input: unknown, options: object): Promise<AsyncIterable<unknown>>
  invoke(input: unknown, options: object): Promise<unknown>
  getState(config: object, options?: object): Promise<StateSnapshot>
  getStateHistory(config: object, options?: object): AsyncIterable<StateSnapshot>
  updateState(config: object, values: unknown, node?: string): Promise<unknown>
  bulkUpdateState(config: object, supersteps: unknown): Promise<unknown>
}

/** A thread of a program, and the engine that is to go on with it. */
export interface Thread {
  readonly graph: Compiled
  readonly saver: BaseCheckpointSaver
  readonly program: Program
}

/** Does what the turn says, or gives the first input. Returns what was seen of it. */
export async function take(on: Thread, turn: Turn | 'first'): Promise<unknown> {
  if (turn === 'first') return go(on, firstInput, thread, {})
  switch (turn.kind) {
    case 'go': {
      const input = await nextInput(on, turn.choice)
      return turn.isStreamed
        ? go(on, input, thread, turn.options)
        : briefOutcome(() => on.graph.invoke(input, { ...thread, ...settingsOf(input, turn.options) }))
    }
    case 'travel':
      return atCheckpoint(on, turn.to, (config) =>
        go(on, inputOf(turn.input, turn.to, on.program), config, turn.options),
      )
    case 'edit':
      return turn.at === undefined
        ? edit(on, thread, turn.as, turn.isEmpty)
        : atCheckpoint(on, turn.at, (config) => edit(on, config, turn.as, turn.isEmpty))
    case 'edits':
      return briefOutcome(() =>
        on.graph.bulkUpdateState(
          thread,
          turn.supersteps.map((nodes) => ({
            updates: nodes.map((node) => ({
              values: { log: [`edit ${node}`], sum: 10 },
              asNode: nameOf(node),
            })),
          })),
        ),
      )
    case 'editInside':
      return inside(on, turn.choice, ({ config }) =>
        briefOutcome(() => on.graph.updateState(config, { log: [`edit ${turn.choice}`], sum: 10 })),
      )
    case 'travelInside':
      return inside(on, turn.choice, async ({ config }) => {
        const { checkpoint_id: _, ...configurable } = config.configurable as Record<string, unknown>
        const past = await historyOf(on.graph, { configurable })
        const to = past[turn.choice % past.length]
        return to === undefined ? 'nothing' : go(on, null, to.config, turn.options)
      })
    case 'look':
      return look(on, turn.at, turn.limit)
  }
}

/** What a stream gave. */
export interface Streamed {
  readonly chunks: readonly unknown[]
  readonly messages: readonly unknown[]
}

async function go({ graph }: Thread, input: unknown, config: object, options: RunOptions): Promise<Streamed> {
  const all = {
    ...thread,
    ...config,
    ...settingsOf(input, options),
    streamMode: [...allModes],
    subgraphs: true,
  }
  const collected = await collect(graph.stream(input, all))
  const isMessage = (chunk: unknown) => Array.isArray(chunk) && chunk[1] === 'messages'
  const messages = collected.filter(isMessage).map((chunk) => [masked(JSON.stringify(chunk)), chunk] as const)
  return {
    chunks: inTaskOrder(collected.filter((chunk) => !isMessage(chunk))).map(briefFailure),
    // When they come, beside what other tasks tell, depends on microtasks; and a run that fails may lose them.
    messages: collected.some(isFailure)
      ? []
      : messages.toSorted(([a], [b]) => compareText(a, b)).map(([, chunk]) => chunk),
  }
}

/** With `exit`, LangGraph applies what a command updates once more when the state is read: see divergences. */
function settingsOf(input: unknown, { durability, ...options }: RunOptions): object {
  const isKept = durability !== 'exit' || !(isCommand(input) && input.update !== undefined)
  return { recursionLimit: 12, ...options, ...(isKept && { durability }) }
}

/** Picks a checkpoint of the thread. */
async function atCheckpoint(
  { graph }: Thread,
  choice: number,
  run: (config: object) => Promise<unknown>,
): Promise<unknown> {
  const past = await briefOutcome(() => historyOf(graph, thread))
  if (!('value' in past)) return past
  const history = past.value as StateSnapshot[]
  return history.length === 0 ? 'nothing' : run(history[choice % history.length]!.config)
}

function inputOf(kind: 'null' | 'input' | 'command', choice: number, program: Program): unknown {
  switch (kind) {
    case 'null':
      return null
    case 'input':
      return { log: [`from there ${choice}`] }
    case 'command':
      return commandTo(program, choice) ?? null
  }
}

/** Edits the state as if a node had written. */
async function edit({ graph }: Thread, config: object, as: Editor, isEmpty: boolean): Promise<unknown> {
  const asNode = typeof as === 'number' ? nameOf(as) : as === 'anybody' ? undefined : as
  const values = isEmpty ? null : { log: [`edit as ${as}`], sum: 10 }
  return briefOutcome(() => graph.updateState(config, values, asNode))
}

/** Finds a nested graph that has stopped, at any depth. */
async function inside(
  { graph }: Thread,
  choice: number,
  run: (snapshot: StateSnapshot) => Promise<unknown>,
): Promise<unknown> {
  const state = await briefOutcome(() => graph.getState(thread, { subgraphs: true }))
  if (!('value' in state)) return state
  const nested = nestedIn(state.value as StateSnapshot)
  return nested.length === 0 ? 'nothing' : run(nested[choice % nested.length]!)
}

function nestedIn({ tasks }: StateSnapshot): StateSnapshot[] {
  return tasks.flatMap(({ state }) =>
    state !== undefined && 'tasks' in state && state.config.configurable?.['checkpoint_id'] !== undefined
      ? [state, ...nestedIn(state)]
      : [],
  )
}

async function look(on: Thread, at: number, limit: number): Promise<unknown> {
  const { graph } = on
  const state = await atCheckpoint(on, at, (config) =>
    briefOutcome(() => graph.getState(config, { subgraphs: true })),
  )
  const before = await atCheckpoint(on, at, (config) =>
    briefOutcome(() => historyWith(graph, { limit, before: config })),
  )
  const inputs = await briefOutcome(() => historyWith(graph, { filter: { source: 'input' } }))
  return { state, before, inputs }
}

async function historyWith(graph: Compiled, options: object): Promise<StateSnapshot[]> {
  const found: StateSnapshot[] = []
  for await (const snapshot of graph.getStateHistory(thread, options)) found.push(snapshot)
  return found
}

/** What the thread is given next: an answer where it waits for one, otherwise null, an edit, or new input. */
async function nextInput({ graph, saver, program }: Thread, choice: number): Promise<unknown> {
  const open = await openQuestions(saver)
  if (open.length > 0) {
    const isPlain = open.length === 1 && mayAnswerPlainly(program)
    if (choice % 8 === 7) return isPlain ? new Command({ resume: `plain ${choice}` }) : null
    if (isPlain && choice % 2 === 1) return new Command({ resume: `plain ${choice}` })
    const answered = choice % 4 === 2 ? open.slice(0, 1) : open
    return new Command({ resume: Object.fromEntries(answered.map((id) => [id, `answer ${choice}`])) })
  }
  const state = await outcomeOf(() => graph.getState(thread)) // it fails when what tasks wrote does not go together
  const next = 'value' in state ? (state.value as StateSnapshot).next : []
  if (next.length > 0 && choice % 5 !== 4) return null
  return (choice % 3 === 0 ? commandTo(program, choice) : undefined) ?? { log: [`turn ${choice}`] }
}

/** A command to a node, unless that has a join: an edge and a join that are ready together, see divergences. */
function commandTo({ nodes, links }: Program, choice: number): Command | undefined {
  const target = choice % nodes.length
  if (links.some(({ kind, to }) => kind === 'join' && to === target)) return undefined
  return new Command({ update: { sum: 100, log: [`command ${choice}`] }, goto: nameOf(target) })
}

/** LangGraph gives a plain answer to other questions of the superstep too, and again when the thread goes on. */
function mayAnswerPlainly(program: Program): boolean {
  const asking = actsOf(program).filter(isQuestion)
  const isRepeated =
    program.links.some(({ kind }) => kind === 'send') ||
    program.nodes.some((node) => childrenOf('', node).some(([, child]) => child.calls > 1))
  return asking.length === 1 && asking[0] === 'asks' && !isRepeated
}

const unfinished = new Set(['__error__', '__error_source_node__', INTERRUPT, '__resume__'])

/** Ids of the questions whose tasks have not finished, in the order of their texts. */
async function openQuestions(saver: BaseCheckpointSaver): Promise<string[]> {
  const { pendingWrites = [] } = (await saver.getTuple(thread)) ?? {}
  const finished = new Set(
    pendingWrites.filter(([, channel]) => !unfinished.has(channel)).map(([task]) => task),
  )
  return pendingWrites
    .filter(([task, channel]) => channel === INTERRUPT && !finished.has(task))
    .flatMap(([, , questions]) => questions as { id: string; value: unknown }[])
    .toSorted((a, b) => compareText(textOfQuestion(a), textOfQuestion(b)))
    .map(({ id }) => id)
}

/** What it asks, without ids and times. */
export function textOfQuestion({ value }: { readonly value: unknown }): string {
  return masked(JSON.stringify(value))
}
