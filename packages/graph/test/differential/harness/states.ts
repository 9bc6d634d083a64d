import { Annotation } from '@langchain/langgraph'

/** A list that grows, which shows the order in which tasks were applied. */
export const Log = Annotation.Root({
  log: Annotation<string[]>({ reducer: (list, more) => list.concat(more), default: () => [] }),
})

/** A number that is replaced, and a log. */
export const Counter = Annotation.Root({
  ...Log.spec,
  n: Annotation<number>,
})

/** A node that notes its name, and how many entries it saw. */
export function noting(name: string): ({ log }: typeof Log.State) => { log: string[] } {
  return ({ log }) => ({ log: [`${name} after ${log.length}`] })
}
