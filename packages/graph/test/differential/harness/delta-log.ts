import { Annotation } from '@langchain/langgraph'
import { DeltaChannel } from '@langchain/langgraph/channels'

type Lines = string | readonly string[]

/** A log that is kept as writes, and a number. */
export function deltaLog(
  options: { readonly snapshotFrequency?: number; readonly initialValueFactory?: () => string[] } = {},
) {
  return Annotation.Root({
    log: () => new DeltaChannel<string[], Lines>((log, writes) => [...log, ...writes.flat()], options),
    n: Annotation<number>,
  })
}

/** Notes its number and how much was noted before, and counts down. */
export function countdown({ log, n }: { readonly log: readonly string[]; readonly n: number }) {
  return { log: `${n} after ${log.length}`, n: n - 1 }
}
