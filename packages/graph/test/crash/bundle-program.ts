import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Plugin, build } from 'esbuild'

export interface BundledProgram {
  /** What Node runs. */
  readonly file: string
  /** Removes it. */
  remove(): void
}

/** What cannot be bundled is imported from where it is installed. */
const nativeModules: Plugin = {
  name: 'native modules',
  setup({ onResolve }) {
    const { resolve } = createRequire(import.meta.url)
    onResolve({ filter: /^better-sqlite3$/ }, ({ path }) => ({
      path: pathToFileURL(resolve(path)).href,
      external: true,
    }))
  },
}

/**
 * Makes one file of a program in this folder and all that it imports. A process that runs it is up in a fraction of
 * the time that LangGraph's some thousand files need.
 */
export async function bundleProgram(name: string): Promise<BundledProgram> {
  const directory = mkdtempSync(join(tmpdir(), 'cairn-crash-program-'))
  const file = join(directory, 'program.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    outfile: file,
    bundle: true,
    minify: true,
    // Class names are stored with values.
    keepNames: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@cairn/source', 'module', 'node'],
    plugins: [nativeModules],
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(import.meta.url)});`,
    },
    logLevel: 'error',
  })
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
