// An error of somebody's graph, without the frames of the machinery that ran it.
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toJson } from './json-value.ts'

/** Directories of ours: a frame in one of them tells the user nothing. */
const ownDirectories = ['@cairn/graph', '@cairn/engine', '@cairn/sqlite']
  .map((name) => fileURLToPath(new URL('.', import.meta.resolve(name))))
  .concat(fileURLToPath(new URL('.', import.meta.url)))

/** Name and message, then the user's own frames, then the same for each cause. Paths are relative to here. */
export function userStack(error: unknown): string[] {
  const lines: string[] = []
  const seen = new Set<unknown>()
  for (let current = error; current !== undefined && !seen.has(current); current = causeOf(current)) {
    seen.add(current)
    const [title, ...frames] = linesOf(current)
    if (lines.includes(title)) continue
    lines.push(lines.length === 0 ? title : `caused by ${title}`, ...frames)
  }
  return lines
}

/** What went wrong, without the address of a page about errors of this kind. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/\n+Troubleshooting URL:.*$/s, '')
}

function linesOf(error: unknown): [title: string, ...frames: string[]] {
  if (!(error instanceof Error)) return [`${JSON.stringify(toJson(error))} (thrown, but it is no Error)`]
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [
    `${error.name}: ${messageOf(error)}`,
    ...frames.filter(isUserFrame).map((line) => `    ${shortened(line.trim())}`),
  ]
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

function isUserFrame(frame: string): boolean {
  if (/\bnode:|node_modules/.test(frame)) return false
  const path = /(file:\/\/)?(\/|[A-Za-z]:[\\/])[^:]*/.exec(frame)?.[0]
  if (path === undefined) return false
  const file = path.startsWith('file:') ? fileURLToPath(path) : path
  return !ownDirectories.some((directory) => file.startsWith(directory))
}

function shortened(frame: string): string {
  // Functions that a graph calls bear the name of the object that holds them.
  return frame
    .replace(/^at (?:RunnableCallable\.|Object\.)?(?:func|<anonymous>) \((.*)\)$/, 'at $1')
    .replace(/(file:\/\/)?(\/[^():]+|[A-Za-z]:\\[^():]+)/, (whole, scheme: string | undefined) => {
      const path = scheme === undefined ? whole : fileURLToPath(whole)
      const fromHere = relative(process.cwd(), path)
      return fromHere.startsWith('..') ? path : fromHere
    })
}
