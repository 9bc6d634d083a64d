// What LangSmith is told of a program: the same runs, in the same order and under the same parents, with the same names,
// tags, metadata, inputs, outputs and errors.
import { beforeAll, expect, test } from 'vitest'
import { differences } from './harness/differences.ts'
import { normalise } from './harness/normalise.ts'
import { programs } from './tracing/programs.ts'
import { traceOf, type TracedRun } from './tracing/trace.ts'

let expected: Map<string, TracedRun[]>
let actual: Map<string, TracedRun[]>

beforeAll(async () => {
  ;[expected, actual] = await Promise.all([traceOf('langgraph'), traceOf('cairn')])
})

const compared = new Set<string>()

function traced(name: string): void {
  compared.add(name)
  test(`LangSmith is told of ${name}, as by LangGraph`, () => {
    expect(expected.get(name)).not.toHaveLength(0)
    expect(differences(normalise(expected.get(name)), normalise(actual.get(name)))).toEqual([])
  })
}

traced('plain nodes, a conditional edge and a send')
traced('a conditional edge from the start')
traced('what a caller gives the run')
traced('Runnables as nodes and below them')
traced('a model and its tools')
traced('a model and its tools, streamed')
traced('nested graphs')
traced('traceable functions within nodes')
traced('a Runnable within a traceable within a node')
traced('a graph within a traceable')
traced('a traceable as a node')
traced('tasks within nodes')
traced('a task that is tried again')
traced('a node that fails')
traced('a conditional edge that fails')
traced('a node whose update is refused')
traced('a node that is tried again')
traced('an error handler')
traced('a question and its answer')
traced('a question in a nested graph')
traced('static breakpoints')
traced('commands')
traced('a command for the graph around')
traced('trace policies')
traced('hidden nodes and runs')
traced('a tracer as a callback')
traced('streamed events')
traced('a batch')
traced('a graph in a sequence, as a tool, with a bound name')
traced('a functional entrypoint with a graph in it')
traced('a root state')
traced('an aborted run')
traced('a stream that is left early')
traced('a node whose sibling fails')
traced('a node whose time runs out')
traced('questions side by side, answered by id')
traced('a failure in a nested graph')
traced('a command out of a nested graph, and a conditional edge after it')
traced('an input that a schema completes')
traced('a context')
traced('a cached node')
traced('a drained run')
traced('a task that asks')
traced('an entrypoint')
traced('an update of the state')
traced('a node off the record')
traced('a prebuilt agent')
traced('a prebuilt agent within a graph, streamed')
traced('a long loop')

test('each program is compared', () => {
  expect(Object.keys(programs).filter((name) => !compared.has(name))).toEqual([])
})

test('the older names of the environment switch tracing on, too', async () => {
  const only = 'traceable functions within nodes'
  const env = { LANGSMITH_TRACING: '', LANGCHAIN_TRACING_V2: 'true' }
  const traces = await Promise.all([traceOf('langgraph', { only, env }), traceOf('cairn', { only, env })])
  const [theirs, ours] = traces.map((trace) => normalise(trace.get(only)))
  expect(theirs).toHaveLength(5)
  expect(differences(theirs, ours)).toEqual([])
})

test('with tracing switched off, nothing is sent', async () => {
  const only = 'traceable functions within nodes'
  const trace = await traceOf('cairn', { only, env: { LANGSMITH_TRACING: 'false' } })
  expect(trace.get(only)).toEqual([])
})
