import { Annotation, Command, END, Send, interrupt, task, type NodeError } from '@langchain/langgraph'
import { langGraph, type Vocabulary } from '../differential/harness/differential.ts'
import { nameOf, type Act, type ChildProgram, type Link, type NodeProgram, type Program } from './program.ts'

export const State = Annotation.Root({
  log: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
  sum: Annotation<number>({ reducer: (a, b) => a + b, default: () => 0 }),
  last: Annotation<string>,
})

/** What a program needs of a builder whose nodes are not known to the types. */
interface AnyBuilder {
  addNode(name: string, action: never, options?: never): unknown
  addEdge(from: string | string[], to: string): unknown
  addConditionalEdges(from: string, path: never, targets: string[]): unknown
  compile(options: object): unknown
}

type Update = Partial<typeof State.State>
type Config = { readonly executionInfo: { readonly nodeAttempt: number } }

/** As nobody else takes that many turns of the event loop, everybody else has settled by then. */
const turnsUntilFailure = 30

/** The program on one engine, not compiled yet. What happened to its nodes is counted anew for each call. */
export function buildProgram(program: Program, vocabulary: Vocabulary): AnyBuilder {
  const graph = new vocabulary.StateGraph(State) as unknown as AnyBuilder
  for (const [index, node] of program.nodes.entries()) {
    const options = {
      defer: node.isDeferred,
      ends: node.goTo.map(nameOf),
      ...(node.child === undefined && policiesOf(nameOf(index), node.act)),
    }
    const action =
      node.child === undefined
        ? createNode(nameOf(index), node)
        : createChild(nameOf(index), node.child, vocabulary)
    graph.addNode(nameOf(index), action as never, options as never)
  }
  for (const link of program.links) {
    if (link.kind === 'edge') graph.addEdge(nameOf(link.from), nameOf(link.to))
    if (link.kind === 'join') graph.addEdge(link.from.map(nameOf), nameOf(link.to))
  }
  addRoutes(graph, program.links)
  return graph
}

function createNode(name: string, { act, writesLast, goTo }: NodeProgram) {
  const perform = createAct(name, act)
  let runs = 0
  const finish = (update: Update): unknown => {
    const whole: Update = { ...update, ...(writesLast && { last: name }) }
    if (goTo.length === 0 || runs++ >= 2) return whole
    return new Command({ update: whole, goto: goTo.map(nameOf) })
  }
  return (input: unknown, config: Config) => {
    const update = perform(input, config)
    return update instanceof Promise ? update.then(finish) : finish(update)
  }
}

function policiesOf(name: string, act: Act): object {
  if (act === 'retried')
    return { retryPolicy: { maxAttempts: 2, initialInterval: 1, jitter: false, logWarning: false } }
  if (act !== 'handled') return {}
  return {
    errorHandler: (_input: unknown, { error }: NodeError) => ({
      log: [`${name} handled: ${error.message}`],
      sum: 1,
    }),
  }
}

/** A node of the state, or of what was sent to it. */
function createAct(name: string, act: Act): (input: unknown, config: Config) => Update | Promise<Update> {
  let failures = 1
  const noted = (input: unknown, more = ''): Update => {
    const { log, sent } = input as { log?: string[]; sent?: number }
    return { log: [`${name} ${sent === undefined ? `after ${log?.length}` : `sent ${sent}`}${more}`], sum: 1 }
  }
  const ask = (input: unknown, question: string) =>
    String(interrupt(`${name} ${(input as { sent?: number }).sent ?? ''} ${question}`))
  switch (act) {
    case 'notes':
      return (input) => noted(input)
    case 'nothing':
      return () => ({})
    case 'later':
      return async (input) => {
        await turns(1)
        return noted(input)
      }
    case 'asks':
      return (input) => noted(input, `: ${ask(input, 'first')}`)
    case 'asksTwice':
      return (input) => noted(input, `: ${ask(input, 'first')}, ${ask(input, 'second')}`)
    case 'calls': {
      const add = task(`called by ${name}`, async (n: number) => n + 1)
      return async (input) => noted(input, `: ${await add(1)} ${await add(2)}`)
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
        if (failures-- > 0) throw new Error(`${name} failed`)
        return noted(input)
      }
  }
}

function createChild(
  parent: string,
  { acts, isParallel, checkpointer, engine }: ChildProgram,
  outer: Vocabulary,
): unknown {
  const { StateGraph } = engine === 'LangGraph' ? langGraph : outer
  const graph = new StateGraph(State) as unknown as AnyBuilder
  const names = acts.map((_, index) => `${parent}c${index}`)
  for (const [index, act] of acts.entries())
    graph.addNode(
      names[index]!,
      createAct(names[index]!, act) as never,
      policiesOf(names[index]!, act) as never,
    )
  for (const [index, name] of names.entries()) {
    const from = index === 0 || isParallel ? '__start__' : names[index - 1]!
    graph.addEdge(from, name)
  }
  return graph.compile(checkpointer === undefined ? {} : { checkpointer })
}

/** A node has one conditional edge, which follows all of its routes and sends. */
function addRoutes(graph: AnyBuilder, links: readonly Link[]): void {
  const routes = links.filter((link) => link.kind === 'route' || link.kind === 'send')
  for (const from of new Set(routes.map((link) => link.from))) {
    const own = routes.filter((link) => link.from === from)
    const path = ({ log }: typeof State.State) => own.flatMap((link) => destinationsOf(link, log.length))
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
