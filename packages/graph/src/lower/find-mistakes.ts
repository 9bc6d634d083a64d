import { InvalidPlanError, UnknownNodeError } from '@cairn/engine'
import type { BuilderFields } from '../langgraph/compiled-fields.ts'
import type { AddedJoin } from '../state-graph.ts'

/** What `findMistakes` looks at besides the builder. */
export interface DefinitionParts {
  readonly joins: readonly AddedJoin[]
  /** Nodes that the graph is to be interrupted at. */
  readonly breakpoints: readonly string[]
}

/** Every mistake in a definition that can be seen without running it, each with where it is. */
export function findMistakes(builder: BuilderFields, { joins, breakpoints }: DefinitionParts): string[] {
  const found = [
    ...strangers(builder, joins),
    ...unreachable(builder, joins),
    ...breakpoints
      .filter((name) => !(name in builder.nodes))
      .map((name) => `The graph is to be interrupted at "${name}", but has no node of that name.`),
  ]
  return [...new Set(found)]
}

/**
 * LangGraph's error, which is about the first mistake, with all of them in its message, and an `InvalidPlanError` that
 * lists them as its cause. Its class, code and the beginning of its message are what programs test for.
 */
export function withAllMistakes(error: unknown, mistakes: readonly string[]): unknown {
  if (!(error instanceof Error) || mistakes.length < 2) return error
  const cause = new InvalidPlanError('graph', mistakes)
  const { message } = error
  error.message = `${message}\n\n${cause.message}`
  error.stack = error.stack?.replace(message, () => error.message) ?? ''
  error.cause = cause
  return error
}

/** Names of nodes that are not there. */
function strangers(builder: BuilderFields, joins: readonly AddedJoin[]): string[] {
  const names = Object.keys(builder.nodes)
  const known = new Set([...names, '__start__', '__end__'])
  const problems: string[] = []

  const check = (target: string, sender: string) => {
    if (!known.has(target)) problems.push(new UnknownNodeError(target, sender, names).message)
  }
  for (const [from, to] of builder.edges) {
    if (!known.has(from))
      problems.push(`An edge begins at "${from}", but the graph has no node of that name.`)
    check(to, from)
  }
  for (const [parents, to] of waiting(builder, joins)) {
    for (const parent of parents)
      if (!known.has(parent))
        problems.push(`"${to}" waits for "${parent}", but the graph has no node of that name.`)
    check(to, parents.join('+'))
  }
  for (const [from, branches] of Object.entries(builder.branches)) {
    if (!known.has(from))
      problems.push(`A conditional edge begins at "${from}", but the graph has no node of that name.`)
    for (const { ends = {} } of Object.values(branches)) for (const to of Object.values(ends)) check(to, from)
  }
  for (const [name, { ends = [] }] of Object.entries(builder.nodes)) for (const to of ends) check(to, name)
  return problems
}

/**
 * Nodes that nothing leads to, by LangGraph's rule: a conditional edge without a map may lead to any other
 * node, and with a handler of errors nothing is known.
 */
function unreachable(builder: BuilderFields, joins: readonly AddedJoin[]): string[] {
  const names = Object.keys(builder.nodes)
  const hasHandler = Object.values(builder.nodes).some(({ isErrorHandler }) => isErrorHandler)
  if (hasHandler || builder._nodeDefaults.errorHandler !== undefined) return []
  const reached = new Set([...builder.edges].map(([, to]) => to))
  for (const [, to] of waiting(builder, joins)) reached.add(to)
  for (const { ends = [] } of Object.values(builder.nodes)) for (const to of ends) reached.add(to)
  for (const [from, branches] of Object.entries(builder.branches)) {
    for (const { ends } of Object.values(branches)) {
      const targets = ends === undefined ? names.filter((name) => name !== from) : Object.values(ends)
      for (const to of targets) reached.add(to)
    }
  }
  return names.filter((name) => !reached.has(name)).map((name) => `Nothing leads to node "${name}".`)
}

function waiting(builder: BuilderFields, joins: readonly AddedJoin[]): [readonly string[], string][] {
  return [
    ...builder.waitingEdges,
    ...joins.map(({ parents, node }): [readonly string[], string] => [parents, node]),
  ]
}
