import type { Engine, EngineName } from '../engine.ts'

/** Loads one engine, and none of the others: each process has only what it measures. */
export async function loadEngine(name: EngineName): Promise<Engine> {
  switch (name) {
    case 'floor':
      return (await import('./floor.ts')).floorEngine
    case 'cairn':
      return (await import('./cairn.ts')).cairnEngine
    case 'langgraph':
      return (await import('./langgraph.ts')).langGraphEngine('langgraph')
    case 'langgraph-sync':
      return (await import('./langgraph.ts')).langGraphEngine('langgraph-sync')
    case 'langgraph-delta':
      return (await import('./langgraph.ts')).langGraphEngine('langgraph-delta')
    case 'xstate':
      return (await import('./xstate.ts')).xstateEngine
    case 'mastra':
      return (await import('./mastra.ts')).loadMastraEngine()
  }
}
