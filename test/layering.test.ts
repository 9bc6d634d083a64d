import { readFileSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Who may import whom, as docs/design/architecture.md has it. Arrows point down only. */
const mayImport: Record<string, readonly string[]> = {
  'packages/engine': [],
  'packages/checkpoint': ['@cairn/engine', '@langchain/core', '@langchain/langgraph-checkpoint'],
  'packages/sqlite': [
    '@cairn/engine',
    '@cairn/checkpoint',
    '@langchain/langgraph-checkpoint',
    'better-sqlite3',
  ],
  'packages/graph': [
    '@cairn/engine',
    '@cairn/checkpoint',
    '@langchain/core',
    '@langchain/langgraph',
    '@langchain/langgraph-checkpoint',
    'zod',
  ],
  'packages/testing': ['@cairn/engine', '@cairn/graph', '@cairn/timetravel', 'vitest'],
}

/** Builtins without I/O, and SQLite's file. */
const builtins: Record<string, readonly string[]> = {
  'packages/engine': ['node:crypto', 'node:util'],
}

describe('layers', () => {
  for (const [folder, allowed] of Object.entries(mayImport)) {
    test(`${folder} imports only what lies below it`, () => {
      const wrong = importsOf(folder)
        .filter(({ to }) => !to.startsWith('.'))
        .filter(({ to }) => !isAllowed(to, allowed, builtins[folder]))
        .map(({ from, to }) => `${from} imports ${to}`)
      expect(wrong).toEqual([])
    })

    test(`${folder} has no import cycle`, () => {
      expect(cyclesIn(importsOf(folder).filter(({ isType }) => !isType))).toEqual([])
    })

    test(`${folder} lists what it imports in its package.json, and nothing else`, () => {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest
      const imported = new Set(importsOf(folder).map(({ to }) => packageName(to)))
      const listed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      const external = [...imported].filter((name) => !name.startsWith('.') && !isBuiltin(name))
      expect(external.filter((name) => !listed.includes(name))).toEqual([])
    })
  }

  test('the engine has no dependency', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages/engine/package.json'), 'utf8')) as Manifest
    expect(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })).toEqual([])
  })

  test('every package has its place in the layers', () => {
    expect(
      readdirSync(join(root, 'packages'))
        .map((name) => `packages/${name}`)
        .toSorted(),
    ).toEqual(Object.keys(mayImport).toSorted())
  })
})

interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
}

interface Import {
  readonly from: string
  readonly to: string
  readonly isType: boolean
}

function importsOf(folder: string): Import[] {
  const source = join(root, folder, 'src')
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => importsIn(join(source, file)))
}

function importsIn(path: string): Import[] {
  const text = readFileSync(path, 'utf8')
  const pattern = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/gm
  return [...text.matchAll(pattern)].map(([, isType, named, dynamic]) => {
    const to = (named ?? dynamic)!
    return {
      from: relative(root, path),
      to: to.startsWith('.') ? `./${relative(root, join(dirname(path), to))}` : to,
      isType: isType !== undefined,
    }
  })
}

function isAllowed(
  to: string,
  allowed: readonly string[],
  allowedBuiltins: readonly string[] | undefined,
): boolean {
  if (isBuiltin(to)) return allowedBuiltins === undefined || allowedBuiltins.includes(to)
  return allowed.includes(packageName(to))
}

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name)
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Each cycle as the files on it. */
function cyclesIn(imports: readonly Import[]): string[] {
  const edges = new Map<string, string[]>()
  for (const { from, to } of imports) {
    if (to.startsWith('./')) edges.set(from, [...(edges.get(from) ?? []), to.slice(2)])
  }
  const cycles: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file)) return
    done.add(file)
    for (const next of edges.get(file) ?? []) visit(next, [...path, file])
  }
  for (const file of edges.keys()) visit(file, [])
  return cycles
}
