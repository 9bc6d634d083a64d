import { RunnableBinding, RunnableSequence, type Runnable } from '@langchain/core/runnables'
import { isCompiledGraph } from '../langgraph/recognise.ts'

/** The same Runnable, in which each compiled graph is replaced: itself one, a step of a sequence, or bound to a config. */
export function withAdoptedGraphs(
  runnable: Runnable,
  adopt: <Graph extends object>(graph: Graph) => Graph,
): Runnable {
  const replace = (part: Runnable) => withAdoptedGraphs(part, adopt)
  if ((runnable as { lg_is_pregel?: boolean }).lg_is_pregel === true) return adopt(runnable)
  if (runnable instanceof RunnableSequence && isCompiledGraph(runnable)) {
    const [first, ...others] = runnable.steps.map(replace)
    return copyWith(runnable, { first, middle: others.slice(0, -1), last: others.at(-1) })
  }
  if (runnable instanceof RunnableBinding) {
    const bound = replace(runnable.bound as Runnable)
    return bound === runnable.bound ? runnable : copyWith(runnable, { bound })
  }
  return runnable
}

function copyWith(runnable: Runnable, fields: object): Runnable {
  return Object.assign(Object.create(Object.getPrototypeOf(runnable)), runnable, fields) as Runnable
}
