import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { CliError } from '../src/cli-error.ts'
import { loadGraph } from '../src/load-graph.ts'

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))

async function refusal(given: string): Promise<string> {
  try {
    await loadGraph(given, fixtures)
  } catch (error) {
    if (error instanceof CliError) return [error.code, error.message, ...error.remedies].join('\n')
    throw error
  }
  return 'not refused'
}

describe('the graph of a file', () => {
  test.each([
    ['its default export', 'loop.ts', 'default'],
    ['the export "graph"', 'research.ts', 'graph'],
    ['the only graph among other exports', 'only-graph.ts', 'agent'],
    ['the export that is named', 'several.ts#sales', 'sales'],
    ['what a CommonJS file exports', 'common.cjs', 'graph'],
  ])('is %s', async (_, given, exportName) => {
    const { reference } = await loadGraph(given, fixtures)
    expect(relative(fixtures, reference.file)).toBe(given.replace(/#.*/, ''))
    expect(reference.exportName).toBe(exportName)
  })

  test('is compiled with the saver when it is a builder, and given the saver when it is compiled', async () => {
    const saver = { isSaver: true } as never
    for (const given of ['research.ts', 'loop.ts']) {
      const { attach } = await loadGraph(given, fixtures)
      expect(attach(saver).checkpointer).toBe(saver)
    }
  })
})

test('several graphs are listed as one would type them', async () => {
  expect(await refusal('several.ts')).toMatchInlineSnapshot(`
    "AMBIGUOUS_EXPORT
    several.ts exports 2 graphs, and none is the default or named "graph".
    Its graphs, as you would type them:
      several.ts#sales
      several.ts#support"
  `)
})

test('an unknown export is refused with the nearest name', async () => {
  expect(await refusal('several.ts#suport')).toMatchInlineSnapshot(`
    "EXPORT_NOT_FOUND
    several.ts has no export "suport".
    Did you mean "support"?
    Its graphs, as you would type them:
      several.ts#sales
      several.ts#support"
  `)
})

test('an export that is no graph is refused with what it is', async () => {
  expect(await refusal('several.ts#version')).toMatchInlineSnapshot(`
    "NOT_A_GRAPH
    The export "version" of several.ts is no graph, but a number.
    A graph is a StateGraph, or what its compile() returns: export const graph = new StateGraph(…)…
    Its graphs, as you would type them:
      several.ts#sales
      several.ts#support"
  `)
  expect(await refusal('no-graph.ts#makeGraph')).toMatchInlineSnapshot(`
    "NOT_A_GRAPH
    The export "makeGraph" of no-graph.ts is no graph, but a function: export what it returns.
    A graph is a StateGraph, or what its compile() returns: export const graph = new StateGraph(…)…"
  `)
})

test('a file without a graph is refused with what it exports', async () => {
  expect(await refusal('no-graph.ts')).toMatchInlineSnapshot(`
    "NO_GRAPH
    no-graph.ts exports no graph. It exports answer, makeGraph.
    A graph is a StateGraph, or what its compile() returns: export const graph = new StateGraph(…)…"
  `)
})

test('a missing file and a directory are told apart', async () => {
  expect(await refusal('nowhere.ts#graph')).toMatchInlineSnapshot(`
    "GRAPH_FILE_NOT_FOUND
    There is no file nowhere.ts.
    Give the TypeScript or JavaScript file that exports the graph, relative to this directory."
  `)
  expect(await refusal('../fixtures')).toMatchInlineSnapshot(`
    "GRAPH_FILE_NOT_FOUND
    ../fixtures is a directory.
    Give the TypeScript or JavaScript file that exports the graph, relative to this directory."
  `)
})

test('a graph that does not compile says why', async () => {
  const { attach } = await loadGraph('invalid.ts', fixtures)
  expect(() => attach(undefined)).toThrowErrorMatchingInlineSnapshot(`
    [CliError: The graph of invalid.ts does not compile: Node \`lost\` is not reachable.

    If you are returning Command objects from your node,
    make sure you are passing names of potential destination nodes as an "ends" array
    into ".addNode(..., { ends: ["node1", "node2"] })".]
  `)
})
