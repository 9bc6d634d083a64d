// Every TypeScript block in the documents compiles; one whose fence says `ts run` is also run, and what it prints
// has to be what the block after it shows, when that one's fence says `text output`.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Beside a package that has what a user's project has: the documents import as a user does. */
const folder = join(root, 'apps/examples/.docs')

interface Block {
  readonly file: string
  readonly line: number
  readonly code: string
  readonly isRun: boolean
  readonly output: string | undefined
  readonly path: string
}

const blocks = documents().flatMap(blocksIn)

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { path, code } of blocks) writeFileSync(path, code)
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../tsconfig.base.json',
      compilerOptions: {
        composite: false,
        incremental: false,
        noEmit: true,
        noUnusedLocals: false,
        noUnusedParameters: false,
        rewriteRelativeImportExtensions: false,
        customConditions: ['@cairn/source'],
        paths: aliases(),
      },
      include: ['*.mts'],
    }),
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('documents', () => {
  test('hold blocks of code', () => {
    expect(blocks.length).toBeGreaterThan(5)
  })

  test('hold only code that compiles', () => {
    const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], {
      encoding: 'utf8',
      cwd: folder,
    })
    const named = blocks.reduce(
      (text, { path, file, line }) => text.replaceAll(relative(folder, path), `${file}:${line} (block)`),
      stdout + stderr,
    )
    expect(named.split('\n').filter((line) => line.includes('error'))).toEqual([])
  })

  test.each(blocks.filter(({ isRun }) => isRun))('$file:$line runs', ({ path, output }) => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--conditions=@cairn/source', '--import=tsx', path],
      {
        encoding: 'utf8',
        cwd: folder,
        env: { ...process.env, TSX_TSCONFIG_PATH: join(folder, 'tsconfig.json') },
      },
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.trim()).toBe((output ?? stdout).trim())
  })
})

function documents(): string[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map(
    (file) => `docs/${file}`,
  )
  const readmes = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}/README.md`),
  )
  return ['README.md', 'CONTRIBUTING.md', ...inDocs, ...readmes].filter(
    (file) => file.endsWith('.md') && exists(file),
  )
}

function exists(file: string): boolean {
  try {
    readFileSync(join(root, file))
    return true
  } catch {
    return false
  }
}

function blocksIn(file: string): Block[] {
  const text = readFileSync(join(root, file), 'utf8')
  const fences = [...text.matchAll(/^```(\w*)([^\n]*)\n([\s\S]*?)^```$/gm)]
  return fences.flatMap(([, language, info, code], index): Block[] => {
    if (language !== 'ts') return []
    const line = text.slice(0, fences[index]!.index).split('\n').length
    const next = fences[index + 1]
    const isOutput = next?.[1] === 'text' && next[2]!.includes('output')
    return [
      {
        file,
        line,
        code: `${code}\nexport {}\n`,
        isRun: info!.includes('run'),
        output: isOutput ? next[3] : undefined,
        path: join(folder, `${file.replaceAll(/[^a-z0-9]/gi, '-')}-${line}.mts`),
      },
    ]
  })
}

/** Those of our packages that the examples do not depend on. */
function aliases(): Record<string, string[]> {
  const own = readdirSync(join(root, 'packages')).map((name) => [
    `@cairn/${name}`,
    [`../../../packages/${name}/src/index.ts`],
  ])
  return Object.fromEntries([
    ...own,
    ['@cairn/engine/codec', ['../../../packages/engine/src/codec/index.ts']],
    ['@cairn/engine/memory-store', ['../../../packages/engine/src/memory-store.ts']],
    ['@cairn/engine/transfer', ['../../../packages/engine/src/transfer/index.ts']],
    ['@cairn/sqlite/langgraph', ['../../../packages/sqlite/src/langgraph/index.ts']],
    ['@cairn/testing/crash', ['../../../packages/testing/src/crash/index.ts']],
  ]) as Record<string, string[]>
}
