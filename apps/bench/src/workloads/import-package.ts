import type { EngineName } from '../engine.ts'
import type { ImportWork, ImportWorkload } from '../workload.ts'

/** What users import to define a graph, in a process that has loaded nothing else. */
export const importGraph: ImportWorkload = {
  id: 'import-graph',
  title: 'import of the package that defines graphs, fresh process',
  unit: { name: 'import', count: 1 },
  work: { kind: 'import', of: 'graph' },
  expected: { exported: 1 },
}

/** The engine alone, without the vocabulary. */
export const importEngine: ImportWorkload = {
  id: 'import-engine',
  title: 'import of `@cairn/engine` alone, fresh process',
  unit: { name: 'import', count: 1 },
  work: { kind: 'import', of: 'engine' },
  expected: { exported: 1 },
}

/** Imports something, and gives what it exports. */
type Importer = () => Promise<object>

const graphPackages: { readonly [Name in EngineName]?: Importer } = {
  cairn: () => import('@cairn/graph'),
  langgraph: () => import('@langchain/langgraph'),
  xstate: () => import('xstate'),
}

/** What this import is about, or `undefined` when the engine has no such package. */
export function importerOf(work: ImportWork, engine: EngineName): Importer | undefined {
  if (work.of === 'graph') return graphPackages[engine]
  return engine === 'cairn' ? () => import('@cairn/engine') : undefined
}
