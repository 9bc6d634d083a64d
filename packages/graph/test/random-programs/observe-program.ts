import { Command, INTERRUPT, MemorySaver, type StateSnapshot } from '@langchain/langgraph'
import type { Vocabulary } from '../differential/harness/differential.ts'
import { inTaskOrder } from '../differential/harness/in-task-order.ts'
import { collect, historyOf, outcomeOf, type Outcome } from '../differential/harness/observe.ts'
import { storedRecords } from '../differential/harness/stored-records.ts'
import { buildProgram } from './build-program.ts'
import { nameOf, type Act, type NodeProgram, type Program } from './program.ts'

const thread = { configurable: { thread_id: 't' }, recursionLimit: 12 }
const streamMode = ['values', 'updates', 'tasks']

interface Compiled {
  stream(input: unknown, options: object): Promise<AsyncIterable<unknown>>
  invoke(input: unknown, options: object): Promise<unknown>
  getState(config: object, options: object): Promise<{ next: string[] }>
  getStateHistory(config: object): AsyncIterable<never>
  updateState(config: object, values: object, node: string): Promise<unknown>
}

/** Everything that can be seen of the program on one engine: without a saver, and turn by turn on a thread. */
export async function observeProgram(program: Program, vocabulary: Vocabulary): Promise<unknown> {
  const options = { interruptBefore: program.before.map(nameOf), interruptAfter: program.after.map(nameOf) }
  const builder = buildProgram(program, vocabulary)
  const compiled = await outcomeOf(() => builder.compile(options))
  if ('error' in compiled) return compiled
  const bare = needsSaver(program) // without one, several nodes fail at once
    ? undefined
    : await briefOutcome(() => (compiled.value as Compiled).invoke(firstInput, { recursionLimit: 12 }))

  const saver = new MemorySaver()
  const graph = buildProgram(program, vocabulary).compile({ ...options, checkpointer: saver }) as Compiled
  const turns: unknown[] = []
  for (const [index, choice] of program.turns.entries()) {
    const turn =
      index === 0
        ? await go(graph, firstInput, thread)
        : await ((choice >> 4) % 4 === 0
            ? travel(graph, choice)
            : (choice >> 4) % 4 === 1
              ? edit(graph, program, choice)
              : goOn(graph, saver, program, choice))
    turns.push({ turn, state: await briefOutcome(() => graph.getState(thread, { subgraphs: true })) })
  }
  return {
    bare,
    turns,
    history: await briefOutcome(() => historyOf(graph, thread)),
    records: storedRecords(saver),
  }
}

async function go(graph: Compiled, input: unknown, config: object): Promise<unknown> {
  const options = { ...thread, ...config, streamMode, subgraphs: true }
  return inTaskOrder(await collect(graph.stream(input, options))).map(briefFailure)
}

async function goOn(graph: Compiled, saver: MemorySaver, program: Program, choice: number): Promise<unknown> {
  return go(graph, await nextInput(graph, saver, program, choice), thread)
}

/** Runs on from a checkpoint of the past. */
async function travel(graph: Compiled, choice: number): Promise<unknown> {
  const past = await outcomeOf(() => historyOf(graph, thread))
  if ('error' in past) return briefError(past.error)
  const history = past.value as StateSnapshot[]
  return go(graph, null, history[choice % history.length]!.config)
}

/** Edits the state as if a node had written. */
async function edit(graph: Compiled, { nodes }: Program, choice: number): Promise<unknown> {
  const node = nameOf(choice % nodes.length)
  return briefOutcome(() => graph.updateState(thread, { log: [`edit ${choice}`], sum: 10 }, node))
}

function needsSaver({ nodes }: Program): boolean {
  return nodes.some((node) => node.child?.checkpointer === true || actsOf(node).some(isQuestion))
}

/** LangGraph gives a plain answer to other questions of the superstep too, and again when the thread goes on. */
function mayAnswerPlainly({ nodes, links }: Program): boolean {
  const asking = nodes.flatMap(actsOf).filter(isQuestion)
  return asking.length === 1 && asking[0] === 'asks' && links.every(({ kind }) => kind !== 'send')
}

function actsOf({ act, child }: NodeProgram): readonly Act[] {
  return child?.acts ?? [act]
}

function isQuestion(act: Act): boolean {
  return act === 'asks' || act === 'asksTwice'
}

const firstInput = { log: ['in'] }

/** Errors of the engines themselves are worded differently: their kind is compared. */
async function briefOutcome(run: () => unknown): Promise<Outcome> {
  const outcome = await outcomeOf(run)
  return 'error' in outcome ? { error: briefError(outcome.error) } : outcome
}

function briefFailure(chunk: unknown): unknown {
  const isFailure = typeof chunk === 'object' && chunk !== null && 'thrown' in chunk
  return isFailure ? { thrown: briefError(chunk.thrown) } : chunk
}

function briefError(error: unknown): unknown {
  const { name, message, lc_error_code: code } = error as Error & { lc_error_code?: string }
  return code === undefined && name === 'Error' ? { name, message } : { name, code }
}

/** What the thread is given next: an answer where it waits for one, otherwise null, an edit, or new input. */
async function nextInput(
  graph: Compiled,
  saver: MemorySaver,
  program: Program,
  choice: number,
): Promise<unknown> {
  const open = await openQuestions(saver)
  if (open.length > 0) {
    const isPlain = open.length === 1 && mayAnswerPlainly(program)
    if (choice % 8 === 7) return isPlain ? new Command({ resume: `plain ${choice}` }) : null
    if (isPlain && choice % 2 === 1) return new Command({ resume: `plain ${choice}` })
    const answered = choice % 4 === 2 ? open.slice(0, 1) : open
    return new Command({ resume: Object.fromEntries(answered.map((id) => [id, `answer ${choice}`])) })
  }
  const state = await outcomeOf(() => graph.getState(thread, {})) // it fails when what tasks wrote does not go together
  const next = 'value' in state ? (state.value as { next: string[] }).next : []
  if (next.length > 0 && choice % 5 !== 4) return null
  const target = choice % program.nodes.length
  const isJoined = program.links.some(({ kind, to }) => kind === 'join' && to === target) // see arbitraryProgram
  if (choice % 3 === 0 && !isJoined)
    return new Command({ update: { sum: 100, log: [`command ${choice}`] }, goto: nameOf(target) })
  return { log: [`turn ${choice}`] }
}

const unfinished = new Set(['__error__', '__error_source_node__', INTERRUPT, '__resume__'])

/** Ids of the questions whose tasks have not finished. */
async function openQuestions(saver: MemorySaver): Promise<string[]> {
  const { pendingWrites = [] } = (await saver.getTuple(thread)) ?? {}
  const finished = new Set(
    pendingWrites.filter(([, channel]) => !unfinished.has(channel)).map(([task]) => task),
  )
  return pendingWrites
    .filter(([task, channel]) => channel === INTERRUPT && !finished.has(task))
    .flatMap(([, , questions]) => (questions as { id: string }[]).map(({ id }) => id))
}
