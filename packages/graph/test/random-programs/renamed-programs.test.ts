// Random programs whose nodes get other names while a thread is under way. `CAIRN_RANDOM_PROGRAMS` says how many,
// `CAIRN_RANDOM_SEED` which.
import { isDeepStrictEqual } from 'node:util'
import {
  Command,
  MemorySaver as LangGraphMemorySaver,
  Send,
  isCommand,
  type BaseCheckpointSaver,
  type StateSnapshot,
} from '@langchain/langgraph'
import { InMemoryCache } from '@langchain/langgraph-checkpoint'
import * as fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'
import { MemorySaver, StateGraph } from '../../src/index.ts'
import { cairn, type Vocabulary } from '../differential/harness/differential.ts'
import { outcomeOf } from '../differential/harness/observe.ts'
import { arbitraryProgram } from './arbitrary-program.ts'
import { briefOutcome } from './brief.ts'
import { buildProgram, Tally } from './build-program.ts'
import { nameOf, type ChildProgram, type Program, type Turn } from './program.ts'
import { take, thread, type Compiled } from './take-turn.ts'

const numRuns = Number(process.env['CAIRN_RANDOM_PROGRAMS'] ?? 100)
const seed = Number(process.env['CAIRN_RANDOM_SEED'] || 1)

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined) // stalled joins are meant
})

/** In the order of the names before: updates of a superstep are applied in that order. */
const renamed = (name: string): string => (name.startsWith('__') ? name : `${name}_now`)
const former = (name: string): string => name.replaceAll('_now', '')

function renamedTarget(target: unknown): unknown {
  if (typeof target === 'string') return renamed(target)
  if (Array.isArray(target)) return target.map(renamedTarget)
  return target instanceof Send ? new Send(renamed(target.node), target.args) : target
}

function renamedCommand(result: unknown): unknown {
  if (!isCommand(result)) return result
  const { graph, update, resume, goto } = result
  return new Command({
    ...(graph !== undefined && { graph }),
    ...(update !== undefined && { update }),
    ...(resume !== undefined && { resume }),
    ...(goto !== undefined && { goto: renamedTarget(goto) as string[] }),
  })
}

type Anything = (...given: unknown[]) => unknown

/** The builder of version 2, for a program that is written for version 1. */
class RenamingStateGraph extends (StateGraph as unknown as new (schema: never) => object) {
  readonly #names: string[] = []

  addNode = ((name: string, action: unknown, options: { ends?: string[] } = {}) => {
    this.#names.push(name)
    const wrapped =
      typeof action === 'function'
        ? (...given: unknown[]) => {
            const result: unknown = (action as Anything)(...given)
            return result instanceof Promise ? result.then(renamedCommand) : renamedCommand(result)
          }
        : action
    const ends = options.ends === undefined ? {} : { ends: options.ends.map(renamed) }
    return StateGraph.prototype.addNode.call(
      this as never,
      renamed(name),
      wrapped as never,
      { ...options, ...ends } as never,
    )
  }) as Anything

  addEdge = ((from: string | string[], to: string) =>
    StateGraph.prototype.addEdge.call(
      this as never,
      renamedTarget(from) as never,
      renamed(to) as never,
    )) as Anything

  addConditionalEdges = ((from: string, path: Anything, targets: string[]) =>
    StateGraph.prototype.addConditionalEdges.call(
      this as never,
      renamed(from) as never,
      ((...given: unknown[]) => renamedTarget(path(...given))) as never,
      targets.map(renamed) as never,
    )) as Anything

  compile = ((options: { interruptBefore?: string[]; interruptAfter?: string[] }) => {
    const { interruptBefore = [], interruptAfter = [] } = options
    return StateGraph.prototype.compile.call(
      this as never,
      {
        ...options,
        interruptBefore: interruptBefore.map(renamed),
        interruptAfter: interruptAfter.map(renamed),
        version: '2',
        migrations: [
          { from: '1', to: '2', nodes: Object.fromEntries(this.#names.map((name) => [name, renamed(name)])) },
        ],
      } as never,
    )
  }) as Anything
}

/** A graph of version 2, for somebody who gives it the names of version 1. */
function renaming(graph: Compiled): Compiled {
  return {
    stream: (input, options) => graph.stream(renamedCommand(input), options),
    invoke: (input, options) => graph.invoke(renamedCommand(input), options),
    getState: (config, options) => graph.getState(config, options),
    getStateHistory: (config, options) => graph.getStateHistory(config, options),
    updateState: (config, values, node) => graph.updateState(config, values, node && renamed(node)),
    bulkUpdateState: (config, supersteps) => graph.bulkUpdateState(config, supersteps),
  }
}

interface Seen {
  readonly outcome: unknown
  readonly values: unknown
  readonly next: readonly string[]
  readonly questions: readonly unknown[]
}

/** What can be seen of the program turn by turn, when version 2 takes over before the turn of this number. */
async function observe(
  program: Program,
  saver: BaseCheckpointSaver,
  from: number,
): Promise<Seen[] | undefined> {
  const tally = new Tally()
  const options = {
    interruptBefore: program.before.map(nameOf),
    interruptAfter: program.after.map(nameOf),
    cache: new InMemoryCache(),
    checkpointer: saver,
  }
  const renamingVocabulary = { ...cairn, StateGraph: RenamingStateGraph as never } as Vocabulary
  const before = await outcomeOf(() => buildProgram(program, cairn, tally).compile(options))
  const after = await outcomeOf(() => buildProgram(program, renamingVocabulary, tally).compile(options))
  if ('error' in before || 'error' in after) return undefined
  const graphs = [before.value as Compiled, renaming(after.value as Compiled)] as const
  const seen: Seen[] = []
  for (const [index, turn] of [...goings(program), ...answers].entries()) {
    const graph = graphs[index >= from ? 1 : 0]
    const on = { graph, saver, program }
    const taken = await take(on, index === 0 ? 'first' : turn)
    const state = await briefOutcome(() => graph.getState(thread))
    const { values, next, tasks } = (
      'value' in state ? state.value : { next: [], tasks: [] }
    ) as StateSnapshot
    seen.push({
      outcome: outcomeIn(taken),
      values: valuesIn(values),
      next: next.map(former).toSorted(),
      questions: tasks.flatMap(({ interrupts }) => interrupts.map(({ value }) => String(value))).toSorted(),
    })
  }
  return seen
}

function goings({ turns }: Program): Turn[] {
  return turns.filter(({ kind }) => kind === 'go')
}

const answers: Turn[] = [2, 8, 12, 16].map((choice) => ({
  kind: 'go',
  choice,
  options: {},
  isStreamed: false,
}))

/** Graphs that LangGraph runs have no versions. */
function onCairn(program: Program): Program {
  return { ...program, nodes: program.nodes.map((node) => ({ ...node, child: childOnCairn(node.child) })) }
}

function childOnCairn(child: ChildProgram | undefined): ChildProgram | undefined {
  if (child === undefined) return undefined
  const nodes = child.nodes.map((inner) => ({ ...inner, child: childOnCairn(inner.child) }))
  return { ...child, engine: 'Cairn', nodes }
}

/**
 * A graph that remembers, within one that a function calls: between two runs nothing tells the graph around what the
 * nodes in there were called.
 */
function forgets({ nodes }: Pick<Program, 'nodes'>): boolean {
  const remembers = (child: ChildProgram | undefined): boolean =>
    child !== undefined &&
    (child.checkpointer === true || child.nodes.some((inner) => remembers(inner.child)))
  const isHidden = (child: ChildProgram | undefined): boolean =>
    child !== undefined &&
    child.nodes.some((inner) => (child.calls > 0 && remembers(inner.child)) || isHidden(inner.child))
  return nodes.some(({ child }) => isHidden(child))
}

/** How the run ended; of a stream, whether it failed. */
function outcomeIn(taken: unknown): unknown {
  const { chunks, value, error } = taken as { chunks?: unknown[]; value?: object; error?: unknown }
  if (chunks !== undefined)
    return chunks.filter((chunk) => typeof chunk === 'object' && chunk !== null && 'thrown' in chunk)
  return error === undefined ? valuesIn(value) : { error }
}

/** Without ids, and what is made from paths of names. */
function valuesIn(values: unknown): unknown {
  const { log, sum, last } = (values ?? {}) as Record<string, unknown>
  return { log, sum, last }
}

test(
  'a thread of a random program goes on under other names as if they had been the same',
  async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(
        arbitraryProgram.map(onCairn),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (program, from, isOwn) => {
          const open = (): BaseCheckpointSaver => (isOwn ? new MemorySaver() : new LangGraphMemorySaver())
          if (forgets(program)) return
          const expected = await observe(program, open(), Infinity)
          const actual = await observe(program, open(), from)
          // A node that leaves its graph while a sibling pauses: which of them comes first is a matter of time.
          if (!isDeepStrictEqual(expected?.slice(0, from), actual?.slice(0, from))) return
          if (expected !== undefined) compared++
          expect(actual).toEqual(expected)
        },
      ),
      { numRuns, seed },
    )
    expect(compared).toBeGreaterThan(numRuns / 2)
  },
  Math.max(60_000, numRuns * 1_000),
)
