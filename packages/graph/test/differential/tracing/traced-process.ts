// Runs every program on the engine that the first argument names, traced by the LangSmith client that the environment
// configures. Says to the endpoint which program comes next.
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises'
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain'
import { RunTree } from 'langsmith'
import { cairn, langGraph } from '../harness/vocabulary.ts'
import { programs } from './programs.ts'

const [, , engine, only] = process.argv
const vocabulary = engine === 'cairn' ? cairn : langGraph

const ofFunctions = RunTree.getSharedClient()
// They wait a quarter of a second for more to send: too long after each program.
for (const client of [ofFunctions, new LangChainTracer().client])
  Object.assign(client, { autoBatchAggregationDelayMs: 1 })

for (const [name, program] of Object.entries(programs)) {
  if (only !== undefined && name !== only) continue
  await fetch(`${process.env['LANGSMITH_ENDPOINT']}/program`, { method: 'POST', body: name })
  await program(vocabulary)
  await awaitAllCallbacks()
  await ofFunctions.awaitPendingTraceBatches()
}
