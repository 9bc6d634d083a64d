// Which versions of LangGraph the graph package runs with: installs each into a copy of what is committed, runs the
// contract tests and the differential tests there, and writes the table in docs/langgraph-versions.md. Needs the npm
// registry, and some minutes for each version.
//
//   node scripts/langgraph-versions.mjs                  every version that the peer range has to answer for
//   node scripts/langgraph-versions.mjs 1.5.3 1.4.18     these versions; the table is printed and not written
//
// Ends with 1 when a version within the peer range fails a test.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const document = join(root, 'docs/langgraph-versions.md')
const langGraph = '@langchain/langgraph'
const suites = { contract: 'packages/graph/test/contract', differential: 'packages/graph/test/differential' }
const { peerDependencies } = JSON.parse(readFileSync(join(root, 'packages/graph/package.json'), 'utf8'))
const pinnedVersions = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
const inRange = versionsIn(langGraph, peerDependencies[langGraph])

/** Published versions within a range, oldest first. */
function versionsIn(name, wanted) {
  const found = JSON.parse(npm('view', `${name}@${wanted}`, 'version', '--json') || '[]')
  return [found].flat().toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/** The version that the workspace has. */
function pinned(name) {
  return pinnedVersions.match(new RegExp(`^ {2}'${name}': (.+)$`, 'm'))[1]
}

function npm(...args) {
  return execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

/** The oldest version of the range, and the newest of each of its minor versions. */
function versionsToTry() {
  const minorOf = (version) => version.split('.').slice(0, 2).join('.')
  const newest = new Map(inRange.map((version) => [minorOf(version), version]))
  return [...new Set([inRange[0], ...newest.values()])]
}

/**
 * What goes beside the version, of what both it and the graph package take: the pinned version where that will do,
 * otherwise the newest; beside the oldest version of the range, the oldest.
 */
function companionsOf(version) {
  const about = npm('view', `${langGraph}@${version}`, 'dependencies', 'peerDependencies', '--json')
  const { dependencies, peerDependencies: peers } = JSON.parse(about)
  const wanted = { ...dependencies, ...peers }
  const names = ['@langchain/core', '@langchain/langgraph-checkpoint']
  return Object.fromEntries(
    names.map((name) => {
      const own = new Set(versionsIn(name, peerDependencies[name]))
      const fit = versionsIn(name, wanted[name]).filter((one) => own.has(one))
      if (version === inRange[0]) return [name, fit[0]]
      return [name, fit.includes(pinned(name)) ? pinned(name) : fit.at(-1)]
    }),
  )
}

/** Runs both suites with this version. Gives `{ version, core, checkpoint, missing, contract, differential }`. */
function tryVersion(version) {
  const folder = mkdtempSync(join(tmpdir(), `cairn-langgraph-${version}-`))
  try {
    const committed = execFileSync('git', ['archive', 'HEAD'], { cwd: root, maxBuffer: 1 << 30 })
    execFileSync('tar', ['-x', '-C', folder], { input: committed })
    const chosen = { [langGraph]: version, ...companionsOf(version) }
    writeFileSync(
      join(folder, 'pnpm-workspace.yaml'),
      Object.entries(chosen).reduce(
        (text, [name, wanted]) => text.replace(`  '${name}': ${pinned(name)}\n`, `  '${name}': ${wanted}\n`),
        pinnedVersions,
      ),
    )
    install(folder)
    return {
      version,
      core: chosen['@langchain/core'],
      checkpoint: chosen['@langchain/langgraph-checkpoint'],
      missing: missingNames(folder),
      contract: runSuite(folder, suites.contract),
      differential: runSuite(folder, suites.differential),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function install(folder) {
  const filters = ['--filter', 'cairn-workspace', '--filter', '@cairn/graph...']
  const { status } = spawnSync(
    process.execPath,
    ['scripts/pnpm.mjs', ...filters, 'install', '--no-frozen-lockfile', '--reporter=append-only'],
    { cwd: folder, stdio: ['ignore', 2, 2] },
  )
  if (status !== 0) throw new Error(`The installation in ${folder} failed.`)
}

/** Names that the sources of the graph package import and this version does not export, as `entry: name`. */
function missingNames(folder) {
  const wanted = new Map()
  for (const file of sourceFiles(join(folder, 'packages/graph/src')))
    for (const [, list, entry] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export) \{([^}]*)\} from '(@langchain\/[^']*)'/gm,
    ))
      for (const name of list.split(',').map((item) => item.trim().split(' as ')[0]))
        if (name !== '' && !name.startsWith('type ')) wanted.set(`${entry}: ${name}`, [entry, name])
  const program = `
    const missing = []
    for (const [key, [entry, name]] of ${JSON.stringify([...wanted])})
      if (!(name in (await import(entry).catch(() => ({}))))) missing.push(key)
    console.log(JSON.stringify(missing))`
  const probe = join(folder, 'packages/graph/probe.mjs')
  writeFileSync(probe, program)
  return JSON.parse(execFileSync(process.execPath, [probe], { encoding: 'utf8' }))
}

function sourceFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
}

/** Gives `{ passed, failed }`, where failed lists the titles; a file that does not load counts as one failure. */
function runSuite(folder, path) {
  const report = join(folder, 'report.json')
  rmSync(report, { force: true })
  const { stderr } = spawnSync(
    join(folder, 'node_modules/.bin/vitest'),
    ['run', path, '--typecheck.enabled=false', '--reporter=json', `--outputFile=${report}`],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  if (!existsSync(report)) throw new Error(`The tests did not report: ${stderr}`)
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  const failed = testResults.flatMap(({ name, status, assertionResults, message }) => {
    const file = name.slice(name.indexOf('/test/') + 6)
    const titles = assertionResults.filter((one) => one.status === 'failed').map((one) => one.fullName)
    if (titles.length === 0 && status === 'failed') return [`${file}: ${message.split('\n')[0]}`]
    return titles.map((title) => `${file} › ${title}`)
  })
  const passed = testResults.flatMap((file) => file.assertionResults).filter((one) => one.status === 'passed')
  return { passed: passed.length, failed }
}

function tableOf(results) {
  const rows = results.map((one) => [
    one.version,
    one.core,
    one.checkpoint,
    counted(one.contract),
    counted(one.differential),
    !inRange.includes(one.version) ? 'no' : isSound(one) ? 'yes' : 'fails',
  ])
  const titles = [
    '`@langchain/langgraph`',
    '`@langchain/core`',
    '`@langchain/langgraph-checkpoint`',
    'contract tests',
    'differential tests',
    'supported',
  ]
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function counted({ passed, failed }) {
  return failed.length === 0 ? `${passed} passed` : `${passed} passed, ${failed.length} failed`
}

/** Before the pinned version, LangGraph's own engine did some things differently: see the document. */
function isSound({ version, missing, contract, differential }) {
  const isEarlier = inRange.indexOf(version) < inRange.indexOf(pinned(langGraph))
  return missing.length + contract.failed.length + (isEarlier ? 0 : differential.failed.length) === 0
}

function explain({ version, missing, contract, differential }) {
  if (missing.length > 0) console.log(`${version} does not export ${missing.join(', ')}`)
  for (const title of contract.failed) console.log(`${version} fails: ${title}`)
  for (const title of differential.failed) console.log(`${version} differs: ${title}`)
}

function main(given) {
  const results = (given.length > 0 ? given : versionsToTry()).map((version) => {
    console.log(`${langGraph}@${version} …`)
    const result = tryVersion(version)
    explain(result)
    return result
  })
  const table = tableOf(results)
  console.log(table)
  if (given.length === 0) writeTable(table)
  return results.every((one) => !inRange.includes(one.version) || isSound(one)) ? 0 : 1
}

function writeTable(table) {
  const [begin, end] = ['<!-- versions -->', '<!-- /versions -->']
  const text = readFileSync(document, 'utf8')
  const before = text.slice(0, text.indexOf(begin))
  const after = text.slice(text.indexOf(end))
  writeFileSync(document, `${before}${begin}\n\n${table}\n\n${after}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(main(process.argv.slice(2)))
