import type { Plan } from '@cairn/engine'

/**
 * What Cairn's engine runs for a compiled graph, and what stored threads can be checked against with `incompatibilities`
 * of `@cairn/engine`. `undefined` for a graph that runs on another engine.
 */
export function planOf(graph: object): Plan | undefined {
  return (graph as { readonly program?: { readonly plan: Plan } }).program?.plan
}
