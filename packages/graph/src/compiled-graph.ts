import { CompiledStateGraph } from '@langchain/langgraph'
import type { CompiledFields } from './langgraph/compiled-fields.ts'
import { lower } from './lower/lower.ts'
import { onEngine } from './on-engine.ts'

/** A compiled state graph that runs on Cairn's engine. */
export const CompiledGraph = onEngine(CompiledStateGraph, (compiled: CompiledFields) =>
  lower(compiled, { isStrict: false, joins: [] }),
)
