import { AIMessage } from '@langchain/core/messages'
import {
  Annotation,
  Command,
  END,
  MessagesAnnotation,
  Overwrite,
  Send,
  interrupt,
  task,
  type LangGraphRunnableConfig,
  type NodeError,
} from '@langchain/langgraph'
import { DeltaChannel } from '@langchain/langgraph/channels'
import { langGraph, type Vocabulary } from '../differential/harness/differential.ts'
import {
  nameOf,
  type Act,
  type ChildProgram,
  type InnerNode,
  type Link,
  type NodeProgram,
  type Program,
} from './program.ts'

const Folded = Annotation.Root({
  log: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
  sum: Annotation<number>({ reducer: (a, b) => a + b, default: () => 0 }),
  last: Annotation<string>,
  ...MessagesAnnotation.spec,
})

const Delta = Annotation.Root({
  ...Folded.spec,
  log: () =>
    new DeltaChannel<string[], string[]>((list, writes) => [...list, ...writes.flat()], {
      initialValueFactory: () => [],
      snapshotFrequency: 3,
    }),
})

const states = { folded: Folded, delta: Delta } as unknown as Record<Program['state'], typeof Folded>

type State = typeof Folded.State

/** What a program needs of a builder whose nodes are not known to the types. */
export interface AnyBuilder {
  addNode(name: string, action: never, options?: never): unknown
  addEdge(from: string | string[], to: string): unknown
  addConditionalEdges(from: string, path: never, targets: string[]): unknown
  compile(options: object): unknown
}

type Update = Partial<State>
type Config = LangGraphRunnableConfig & {
  readonly executionInfo: { readonly nodeAttempt: number }
}
type NodeFunction<Result = Update | Promise<Update>> = (input: unknown, config: Config) => Result

/** As nobody else takes that many turns of the event loop, everybody else has settled by then. */
const turnsUntilFailure = 30

/** Counts what happened to the nodes of one thread, by their names, whichever engine runs them. */
export class Tally {
  readonly #counts = new Map<string, number>()

  /** How often it was asked before. */
  next(name: string): number {
    const count = this.#counts.get(name) ?? 0
    this.#counts.set(name, count + 1)
    return count
  }
}

interface Surroundings {
  readonly vocabulary: Vocabulary
  readonly state: typeof Folded
  readonly tally: Tally
}

/** The program on one engine, not compiled yet. */
export function buildProgram(program: Program, vocabulary: Vocabulary, tally: Tally): AnyBuilder {
  const around: Surroundings = { vocabulary, state: states[program.state], tally }
  const graph = new vocabulary.StateGraph(around.state) as unknown as AnyBuilder
  for (const [index, node] of program.nodes.entries()) {
    const name = nameOf(index)
    const action =
      node.child?.calls === 0 ? createChild(name, node.child, around) : createNode(name, node, around)
    const options = { defer: node.isDeferred, ends: node.goTo.map(nameOf), ...policiesOf(name, node) }
    graph.addNode(name, action as never, options as never)
  }
  for (const link of program.links) {
    if (link.kind === 'edge') graph.addEdge(nameOf(link.from), nameOf(link.to))
    if (link.kind === 'join') graph.addEdge(link.from.map(nameOf), nameOf(link.to))
  }
  addRoutes(graph, program.links)
  return graph
}

function createNode(name: string, { act, child, writesLast, goTo }: NodeProgram, around: Surroundings) {
  const perform = child === undefined ? createAct(name, act, around) : createCall(name, child, around)
  const finish = (update: Update): unknown => {
    const whole: Update = { ...update, ...(writesLast && { last: name }) }
    if (goTo.length === 0 || around.tally.next(`${name} goes`) >= 2) return whole
    return new Command({ update: whole, goto: goTo.map(nameOf) })
  }
  return (input: unknown, config: Config) => {
    const update = perform(input, config)
    return update instanceof Promise ? update.then(finish) : finish(update)
  }
}

function policiesOf(name: string, { act, child }: InnerNode): object {
  if (child !== undefined) return {}
  switch (act) {
    case 'cached':
      return { cachePolicy: {} }
    case 'retried':
      return { retryPolicy: { maxAttempts: 2, initialInterval: 1, jitter: false, logWarning: false } }
    case 'handled':
      return {
        errorHandler: (_input: unknown, { error }: NodeError) => ({
          log: [`${name} handled: ${error.message}`],
          sum: 1,
        }),
      }
    default:
      return {}
  }
}

/** A node of the state, or of what was sent to it. */
function createAct(name: string, act: Act, { tally }: Surroundings): NodeFunction {
  const noted = (input: unknown, more = ''): Update => {
    const { log, sent } = input as { log?: string[]; sent?: number }
    return { log: [`${name} ${sent === undefined ? `after ${log?.length}` : `sent ${sent}`}${more}`], sum: 1 }
  }
  const question = (input: unknown, which: string) =>
    `${name} ${(input as { sent?: number }).sent ?? ''} ${which}`
  const ask = (input: unknown, which: string) => String(interrupt(question(input, which)))
  switch (act) {
    case 'notes':
    case 'cached':
    case 'leaves': // its caller does
      return (input) => noted(input)
    case 'nothing':
      return () => ({})
    case 'later':
      return async (input) => {
        await turns(1)
        return noted(input)
      }
    case 'writes':
      return (input, { writer }) => {
        writer?.({ from: name })
        return noted(input)
      }
    case 'says':
      return (input, { metadata }) => {
        const update = noted(input)
        const id = `${update.log!.join()} ${JSON.stringify(metadata?.['langgraph_path'])}`
        return { ...update, messages: [new AIMessage({ id, content: `${name} says so` })] }
      }
    case 'replaces':
      return (input) => ({ log: new Overwrite([`${name} replaced`, ...noted(input).log!]) as never, sum: 1 })
    case 'asks':
      return (input) => noted(input, `: ${ask(input, 'first')}`)
    case 'asksTwice':
      return (input) => noted(input, `: ${ask(input, 'first')}, ${ask(input, 'second')}`)
    case 'calls': {
      const add = task(`called by ${name}`, async (n: number) => n + 1)
      return async (input) => noted(input, `: ${await add(1)} ${await add(2)}`)
    }
    case 'taskAsks': {
      const inquire = task(`called by ${name}`, async (text: string) => String(interrupt(text)))
      return async (input) => noted(input, `: ${await inquire(question(input, 'of a task'))}`)
    }
    case 'handled':
      return () => {
        throw new RangeError(`${name} is handled`)
      }
    case 'retried':
      return (input, { executionInfo }) => {
        if (executionInfo.nodeAttempt === 1) throw new Error(`${name} is tried again`)
        return noted(input, ' again')
      }
    case 'fails':
      return async (input) => {
        await turns(turnsUntilFailure)
        if (tally.next(`${name} fails`) === 0) throw new Error(`${name} failed`)
        return noted(input)
      }
  }
}

/** A node that calls a graph, with part of its state. */
function createCall(name: string, child: ChildProgram, around: Surroundings): NodeFunction<Promise<Update>> {
  const graph = createChild(name, child, around) as { invoke(input: object): Promise<State> }
  return async (input) => {
    const { log } = input as { log?: string[] }
    const heard: string[] = []
    for (let call = 0; call < child.calls; call++) {
      const result = await graph.invoke({ log: [`call ${call} after ${log?.length}`] })
      heard.push(`${name} heard ${result.log.length} of ${result.sum}`)
    }
    return { log: heard, sum: 1 }
  }
}

function createChild(parent: string, child: ChildProgram, around: Surroundings): unknown {
  const { nodes, isParallel, checkpointer, engine, leavesTo } = child
  const within = engine === 'LangGraph' ? { ...around, vocabulary: langGraph } : around
  const graph = new within.vocabulary.StateGraph(around.state) as unknown as AnyBuilder
  const names = nodes.map((_, index) => `${parent}c${index}`)
  for (const [index, inner] of nodes.entries()) {
    const name = names[index]!
    const action = createInner(name, inner, within, leavesTo)
    graph.addNode(name, action as never, policiesOf(name, inner) as never)
    graph.addEdge(index === 0 || isParallel ? '__start__' : names[index - 1]!, name)
  }
  return graph.compile({
    ...(checkpointer !== undefined && { checkpointer }),
    ...(child.hasBreakpoint && { interruptBefore: names.slice(-1) }),
  })
}

function createInner(
  name: string,
  { act, child }: InnerNode,
  around: Surroundings,
  leavesTo?: number,
): unknown {
  if (child !== undefined) return (child.calls === 0 ? createChild : createCall)(name, child, around)
  const perform = createAct(name, act, around)
  if (act !== 'leaves') return perform
  return (input: unknown, config: Config) =>
    new Command({
      graph: Command.PARENT,
      update: perform(input, config) as Update,
      ...(leavesTo !== undefined && around.tally.next(`${name} leaves`) < 2 && { goto: nameOf(leavesTo) }),
    })
}

/** A node has one conditional edge, which follows all of its routes and sends. */
function addRoutes(graph: AnyBuilder, links: readonly Link[]): void {
  const routes = links.filter((link) => link.kind === 'route' || link.kind === 'send')
  for (const from of new Set(routes.map((link) => link.from))) {
    const own = routes.filter((link) => link.from === from)
    const path = ({ log }: State) => own.flatMap((link) => destinationsOf(link, log.length))
    const targets = own.flatMap((link) => (link.kind === 'route' ? link.to : [link.to])).map(nameOf)
    graph.addConditionalEdges(nameOf(from), path as never, [...new Set(targets), END])
  }
}

function destinationsOf(link: Link & { kind: 'route' | 'send' }, length: number): (string | Send)[] {
  if (link.kind === 'send') {
    if (length > 12) return [END]
    return Array.from({ length: link.count }, (_, sent) => new Send(nameOf(link.to), { sent, log: [] }))
  }
  const { rule, to } = link
  const isTaken =
    rule === 'always'
      ? length < 15
      : rule === 'odd' || rule === 'even'
        ? (length % 2 === 1) === (rule === 'odd') && length < 15
        : length < rule.whileShorterThan
  return isTaken ? to.map(nameOf) : [END]
}

async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await new Promise((resolve) => setImmediate(resolve))
}
