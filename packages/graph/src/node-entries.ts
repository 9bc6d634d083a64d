import { Runnable } from '@langchain/core/runnables'
import { InvalidPlanError } from '@cairn/engine'
import { AnyDeclaredNode, type DeclaredNode } from './declared-node.ts'

type AnyNode = DeclaredNode<never, never, never, never, never>

/**
 * Declared nodes as `addNode` takes them: `[name, action, options]`, in the order of the object.
 * @throws {InvalidPlanError} when something in the object is no node, or there is nothing in it
 */
export function nodeEntries(nodes: object): [name: string, action: unknown, options: object][] {
  const entries = Object.entries(nodes)
  const problems = entries.flatMap(([name, node]) => (isNode(node) ? [] : [notANode(name, node)]))
  if (entries.length === 0) problems.push('addNodes was given no nodes.')
  if (problems.length > 0) throw new InvalidPlanError('graph', problems)
  return entries.map(([name, node]) =>
    AnyDeclaredNode.is(node) ? [name, (node as AnyNode).run, (node as AnyNode).options] : [name, node, {}],
  )
}

function isNode(value: unknown): boolean {
  if (AnyDeclaredNode.is(value)) return isRun((value as AnyNode).run)
  return isRun(value)
}

function isRun(value: unknown): boolean {
  return typeof value === 'function' || Runnable.isRunnable(value)
}

function notANode(name: string, value: unknown): string {
  const got = value === null ? 'null' : AnyDeclaredNode.is(value) ? 'what node() was given' : typeof value
  return `Node "${name}" is no function, no runnable and no node(run, options): it is ${got}.`
}
