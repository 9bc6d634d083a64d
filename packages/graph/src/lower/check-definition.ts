import { InvalidPlanError, UnknownNodeError } from '@cairn/engine'
import type { BuilderFields } from '../langgraph/compiled-fields.ts'
import type { AddedJoin } from '../state-graph.ts'

/**
 * Finds every mistake in a definition that can be seen without running it.
 * @throws {InvalidPlanError} when there is more than one: LangGraph's own validation reports a single one, in the
 * error class that its programs test for.
 */
export function checkDefinition(builder: BuilderFields, joins: readonly AddedJoin[]): void {
  const names = Object.keys(builder.nodes)
  const known = new Set([...names, '__start__', '__end__'])
  const problems: string[] = []

  const check = (target: string, sender: string) => {
    if (!known.has(target)) problems.push(new UnknownNodeError(target, sender, names).message)
  }
  for (const [from, to] of builder.edges) {
    check(from, from)
    check(to, from)
  }
  for (const [parents, to] of builder.waitingEdges) {
    for (const parent of parents) check(parent, to)
    check(to, parents.join('+'))
  }
  for (const { parents, node } of joins) {
    for (const parent of parents) check(parent, node)
    check(node, parents.join('+'))
  }
  for (const [from, branches] of Object.entries(builder.branches)) {
    check(from, from)
    for (const { ends = {} } of Object.values(branches)) for (const to of Object.values(ends)) check(to, from)
  }
  for (const [name, { ends = [] }] of Object.entries(builder.nodes)) for (const to of ends) check(to, name)

  const isJoinWrong = joins.some(({ parents, node }) => [...parents, node].some((name) => !known.has(name)))
  if (problems.length > 1 || isJoinWrong) throw new InvalidPlanError('graph', [...new Set(problems)])
}
