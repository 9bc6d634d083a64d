import type { BaseCheckpointSaver } from '@langchain/langgraph'
import { differential, observeRuns, type RunsOptions } from './differential.ts'
import type { Vocabulary } from './vocabulary.ts'

type Compiled = ReturnType<
  Parameters<typeof observeRuns>[0] extends () => infer Builder
    ? Builder extends { compile: (options: never) => infer Graph }
      ? () => Graph
      : never
    : never
>

export interface FlowOptions {
  readonly checkpointer?: BaseCheckpointSaver
}

/**
 * As `sameRuns`, for what is not compiled: entrypoints and plain Pregels.
 *
 * @param build is given the saver, and makes a new one each time it is called
 */
export function sameFlows(
  name: string,
  build: (vocabulary: Vocabulary, options: FlowOptions) => unknown,
  options: RunsOptions | readonly unknown[],
): void {
  differential(name, (vocabulary) =>
    observeRuns(() => ({ compile: (given) => build(vocabulary, given) as Compiled }), options),
  )
}
