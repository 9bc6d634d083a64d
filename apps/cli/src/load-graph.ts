// From what stands on the command line, `FILE` or `FILE#export`, to a graph that can run.
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compareCodePoints } from '@cairn/engine'
import { CannotAdoptError, adopt } from '@cairn/graph'
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import { CliError } from './cli-error.ts'
import { ExitCode } from './exit-code.ts'
import { nearestNames } from './nearest.ts'
import { messageOf, userStack } from './user-stack.ts'

/** A compiled graph, of whichever engine, as far as the command line uses it. */
export interface CompiledGraph {
  checkpointer?: unknown
  readonly name?: string
  stream(input: unknown, config: Readonly<Record<string, unknown>>): Promise<AsyncIterable<unknown>>
  getGraphAsync(config?: { readonly xray?: boolean | number }): Promise<DrawableGraph>
  getSubgraphsAsync?(): AsyncIterable<readonly [name: string, graph: unknown]>
}

/** What LangChain's `Graph` offers to those who draw it. */
export interface DrawableGraph {
  readonly nodes: Readonly<
    Record<string, { readonly id: string; readonly metadata?: Readonly<Record<string, unknown>> }>
  >
  readonly edges: readonly {
    readonly source: string
    readonly target: string
    readonly data?: string
    readonly conditional?: boolean
  }[]
  drawMermaid(options?: Readonly<Record<string, unknown>>): string
}

/** Where a graph is: a file, and which of its exports. */
export interface GraphReference {
  /** Absolute. */
  readonly file: string
  readonly exportName: string
}

export interface LoadedGraph {
  readonly reference: GraphReference
  /** Compiles a builder; gives a compiled graph this saver instead of its own. */
  attach(saver: BaseCheckpointSaver | undefined): CompiledGraph
}

/**
 * @param given `FILE` or `FILE#export`, relative to `directory`.
 * @throws {CliError} when there is no such file, no graph in it, or more than one to choose from.
 */
export async function loadGraph(given: string, directory: string): Promise<LoadedGraph> {
  const { file, exportName } = locate(given, directory)
  const graphs = new Map<string, unknown>()
  const exported = await importFile(file, given)
  for (const [name, value] of [...exported].toSorted(([left], [right]) => compareCodePoints(left, right)))
    if (isBuilder(value) || isCompiled(value)) graphs.set(name, value)
  const name = choose(given, exportName, graphs, exported)
  const graph = graphs.get(name)!
  return { reference: { file, exportName: name }, attach: (saver) => attach(graph, saver, given) }
}

interface Builder {
  compile(options: { readonly checkpointer?: BaseCheckpointSaver }): CompiledGraph
}

function attach(graph: unknown, saver: BaseCheckpointSaver | undefined, given: string): CompiledGraph {
  if (isCompiled(graph)) {
    const own = onEngine(graph)
    if (saver !== undefined) own.checkpointer = saver
    return own
  }
  try {
    return (graph as Builder).compile(saver === undefined ? {} : { checkpointer: saver })
  } catch (error) {
    throw new CliError({
      code: 'GRAPH_INVALID',
      exitCode: ExitCode.graphFailed,
      message: `The graph of ${given} does not compile: ${messageOf(error)}`,
      cause: error,
    })
  }
}

/** What LangGraph has compiled runs on Cairn's engine too, unless it cannot be adopted: then it runs as it is. */
function onEngine(graph: CompiledGraph): CompiledGraph {
  try {
    return adopt(graph)
  } catch (error) {
    if (error instanceof CannotAdoptError) return graph
    throw error
  }
}

function isBuilder(value: unknown): value is Builder {
  return isObject(value) && typeof value['compile'] === 'function' && isObject(value['nodes'])
}

function isCompiled(value: unknown): value is CompiledGraph {
  return (
    isObject(value) &&
    typeof value['stream'] === 'function' &&
    typeof value['getGraphAsync'] === 'function' &&
    (value['lg_is_pregel'] === true || typeof value['getStateHistory'] === 'function')
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** A name may hold a `#`: then the file of that whole name is meant, if there is one. */
function locate(given: string, directory: string): { file: string; exportName: string | undefined } {
  const hash = given.lastIndexOf('#')
  const whole = resolve(directory, given)
  if (hash <= 0 || isFile(whole)) {
    if (isFile(whole)) return { file: whole, exportName: undefined }
    throw missingFile(given, whole)
  }
  const file = resolve(directory, given.slice(0, hash))
  if (!isFile(file)) throw missingFile(given.slice(0, hash), file)
  return { file, exportName: given.slice(hash + 1) }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}

function missingFile(given: string, path: string): CliError {
  const isDirectory = existsSync(path)
  return new CliError({
    code: 'GRAPH_FILE_NOT_FOUND',
    exitCode: ExitCode.usage,
    message: isDirectory ? `${given} is a directory.` : `There is no file ${given}.`,
    remedies: ['Give the TypeScript or JavaScript file that exports the graph, relative to this directory.'],
    details: { file: path },
  })
}

async function importFile(file: string, given: string): Promise<Map<string, unknown>> {
  await understandTypeScript(file)
  let module: Readonly<Record<string, unknown>>
  try {
    module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new CliError({
      code: 'GRAPH_FILE_FAILED',
      exitCode: ExitCode.graphFailed,
      message: [`${given} could not be loaded.`, ...userStack(error)].join('\n'),
      details: { file },
      cause: error,
    })
  }
  const exported = new Map(Object.entries(module))
  const byDefault = exported.get('default')
  // What a CommonJS file exports, TypeScript compiled to it included, comes as the fields of its default.
  if (isObject(byDefault) && !isBuilder(byDefault) && !isCompiled(byDefault)) {
    exported.delete('default')
    for (const [name, value] of Object.entries(byDefault)) if (!exported.has(name)) exported.set(name, value)
  }
  return exported
}

/** Files, and what they import, may be TypeScript from here on. */
async function understandTypeScript(file: string): Promise<void> {
  if (!/\.[cm]?tsx?$/.test(file)) return
  const [esm, commonJs] = await Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')])
  esm.register()
  commonJs.register()
  process.setSourceMapsEnabled(true)
}

function choose(
  given: string,
  wanted: string | undefined,
  graphs: ReadonlyMap<string, unknown>,
  exported: ReadonlyMap<string, unknown>,
): string {
  if (wanted !== undefined) {
    if (graphs.has(wanted)) return wanted
    throw unknownExport(given, wanted, graphs, exported)
  }
  for (const name of ['default', 'graph']) if (graphs.has(name)) return name
  const [first] = graphs.keys()
  if (first !== undefined && new Set(graphs.values()).size === 1) return first
  throw first === undefined ? noGraph(given, exported) : ambiguousExport(given, [...graphs.keys()])
}

function unknownExport(
  given: string,
  wanted: string,
  graphs: ReadonlyMap<string, unknown>,
  exported: ReadonlyMap<string, unknown>,
): CliError {
  const file = given.slice(0, given.lastIndexOf('#'))
  if (exported.has(wanted)) {
    return new CliError({
      code: 'NOT_A_GRAPH',
      exitCode: ExitCode.usage,
      message: `The export "${wanted}" of ${file} is no graph, but ${describe(exported.get(wanted))}.`,
      remedies: [whatIsAGraph, ...listGraphs(file, [...graphs.keys()])],
    })
  }
  const near = nearestNames(wanted, [...graphs.keys()])
  return new CliError({
    code: 'EXPORT_NOT_FOUND',
    exitCode: ExitCode.usage,
    message: `${file} has no export "${wanted}".`,
    remedies: [
      ...(near.length === 0 ? [] : [`Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`]),
      ...(graphs.size === 0 ? [whatIsAGraph] : listGraphs(file, [...graphs.keys()])),
    ],
    details: { exports: [...graphs.keys()] },
  })
}

function noGraph(given: string, exported: ReadonlyMap<string, unknown>): CliError {
  const names = [...exported.keys()]
  const found = names.length === 0 ? 'It exports nothing.' : `It exports ${names.join(', ')}.`
  return new CliError({
    code: 'NO_GRAPH',
    exitCode: ExitCode.usage,
    message: `${given} exports no graph. ${found}`,
    remedies: [whatIsAGraph],
    details: { exports: names },
  })
}

function ambiguousExport(given: string, names: readonly string[]): CliError {
  return new CliError({
    code: 'AMBIGUOUS_EXPORT',
    exitCode: ExitCode.usage,
    message: `${given} exports ${names.length} graphs, and none is the default or named "graph".`,
    remedies: listGraphs(given, names),
    details: { exports: names },
  })
}

const whatIsAGraph =
  'A graph is a StateGraph, or what its compile() returns: export const graph = new StateGraph(…)…'

function listGraphs(file: string, names: readonly string[]): string[] {
  return names.length === 0
    ? []
    : ['Its graphs, as you would type them:', ...names.map((name) => `  ${file}#${name}`)]
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function: export what it returns'
  if (value === null || value === undefined) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  const name = value.constructor?.name ?? 'Object'
  return name === 'Promise' ? 'a promise: await it where it is exported' : `an object of class ${name}`
}
