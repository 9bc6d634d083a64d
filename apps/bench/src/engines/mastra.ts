import { existsSync } from 'node:fs'
import type { Engine } from '../engine.ts'

/** Where Mastra's side lives: outside the workspace, because it brings hundreds of packages along. */
const folder = new URL('../../mastra/', import.meta.url)

/** Mastra's folder, for the one who installs it. */
export const mastraFolder = folder

/** Whether `--with mastra` has been given before. */
export function isMastraInstalled(): boolean {
  return existsSync(new URL('node_modules/@mastra/core/package.json', folder))
}

export async function loadMastraEngine(): Promise<Engine> {
  const { mastraEngine } = (await import(new URL('mastra-engine.mjs', folder).href)) as {
    mastraEngine: Engine
  }
  return mastraEngine
}
