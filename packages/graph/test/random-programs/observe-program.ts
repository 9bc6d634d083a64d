import { MemorySaver as LangGraphMemorySaver, type BaseCheckpointSaver } from '@langchain/langgraph'
import { InMemoryCache } from '@langchain/langgraph-checkpoint'
import { SqliteSaver } from '@cairn/sqlite'
import { MemorySaver } from '../../src/index.ts'
import { cairn, langGraph, type Vocabulary } from '../differential/harness/differential.ts'
import { historyOf, outcomeOf } from '../differential/harness/observe.ts'
import { storedRecords } from '../differential/harness/stored-records.ts'
import { buildProgram, Tally } from './build-program.ts'
import { briefOutcome } from './brief.ts'
import { actsOf, childrenOf, isQuestion, nameOf, type Keeping, type Program } from './program.ts'
import { firstInput, take, thread, type Compiled, type Thread } from './take-turn.ts'

export interface Observation {
  readonly bare: unknown
  readonly turns: readonly { readonly seen: unknown; readonly state: unknown }[]
  readonly history: unknown
  readonly records: unknown
}

/**
 * Everything that can be seen of the program: without a saver, and turn by turn on a thread. The expected is what
 * LangGraph alone gives; the other is Cairn, with the saver that the program says, or both engines in turns. The error
 * of a program that does not compile is all there is of it.
 */
export async function observeProgram(
  program: Program,
  isExpected: boolean,
): Promise<Observation | { readonly error: unknown }> {
  const options = {
    interruptBefore: program.before.map(nameOf),
    interruptAfter: program.after.map(nameOf),
  }
  const own = isExpected ? langGraph : cairn
  const compiled = await outcomeOf(() => buildProgram(program, own, new Tally()).compile(options))
  if ('error' in compiled) return compiled
  const bare = needsSaver(program) // without one, several nodes fail at once
    ? undefined
    : await briefOutcome(() => (compiled.value as Compiled).invoke(firstInput, { recursionLimit: 12 }))

  const saver = openSaver(isExpected ? "LangGraph's" : program.keeping)
  const tally = new Tally()
  const cache = new InMemoryCache()
  const compile = (vocabulary: Vocabulary) =>
    buildProgram(program, vocabulary, tally).compile({ ...options, cache, checkpointer: saver }) as Compiled
  const graphs = [compile(own)]
  if (!isExpected && program.keeping === 'in turns') graphs.unshift(compile(langGraph))
  const turns: { readonly seen: unknown; readonly state: unknown }[] = []
  for (const [index, turn] of program.turns.entries()) {
    const graph = graphs[index % graphs.length]!
    const on: Thread = { graph, saver, program }
    if (graphs.length > 1) await nextMillisecond()
    const seen = await take(on, index === 0 ? 'first' : turn)
    turns.push({ seen, state: await briefOutcome(() => graph.getState(thread, { subgraphs: true })) })
  }
  const graph = graphs.at(-1)!
  const history = await briefOutcome(() => historyOf(graph, thread))
  const isComparable = program.keeping === "LangGraph's" || program.keeping === 'in turns'
  const records = isComparable ? storedRecords(saver as LangGraphMemorySaver) : undefined
  if (saver instanceof SqliteSaver) saver.close()
  return { bare, turns, history, records }
}

function openSaver(keeping: Keeping): BaseCheckpointSaver {
  switch (keeping) {
    case "Cairn's":
      return new MemorySaver()
    case 'sqlite':
      return SqliteSaver.fromConnString(':memory:')
    default:
      return new LangGraphMemorySaver()
  }
}

function needsSaver({ nodes }: Program): boolean {
  return (
    actsOf({ nodes }).some(isQuestion) ||
    nodes.some((node) =>
      childrenOf('', node).some(([, child]) => child.checkpointer === true || child.hasBreakpoint),
    )
  )
}

/** Ids that two engines make within one millisecond do not lie in the order of their making. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now()
  while (Date.now() === now) await new Promise((resolve) => setImmediate(resolve))
}
