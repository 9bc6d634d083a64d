import type { Task } from '@cairn/engine'
import type { Program, ProgramNode } from './lower/program.ts'

const none: readonly Task[] = []

/** The tasks that this one is part of, outermost first: those that called it, or whose failure it handles. */
export function tasksAround({ origin }: Task): readonly Task[] {
  switch (origin.kind) {
    case 'call':
      return [...tasksAround(origin.caller), origin.caller]
    case 'handler':
      return [...tasksAround(origin.failed), origin.failed]
    default:
      return none
  }
}

/** A called task is a node of no graph. */
export function nodeOf({ origin, node }: Task, program: Program): ProgramNode | undefined {
  return origin.kind === 'call' ? undefined : program.nodes.get(node.name)
}
