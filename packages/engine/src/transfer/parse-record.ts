// Takes a line of an export apart, and says what is wrong with one that is none.
import { EXPORT_VERSION, type ExportRecord } from './export-format.ts'

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isName: Check = (value) => typeof value === 'string' && value !== ''
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isVersion: Check = (value) => typeof value === 'string' || Number.isFinite(value)
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isListOf = (isElement: Check): Check => {
  return (value) => Array.isArray(value) && value.every(isElement)
}
const isRecordOf = (isField: Check): Check => {
  return (value) => isObject(value) && Object.values(value as object).every(isField)
}
const isOptional = (isPresent: Check): Check => {
  return (value) => value === undefined || isPresent(value)
}
const isWrite: Check = (value) => Array.isArray(value) && value.length === 2 && isText(value[0])

const names = isOptional(isListOf(isText))
const isGone: Check = (value) => {
  const { versions, seen, values, ...others } = (isObject(value) ? value : { others: true }) as Partial<
    Record<string, unknown>
  >
  return [versions, seen, values].every(names) && Object.keys(others).length === 0
}

/** What each type of record has to hold. */
const shapes: Readonly<Record<ExportRecord['type'], Readonly<Record<string, Check>>>> = {
  'cairn-export': { version: isCount },
  thread: { id: isName, tags: isOptional(isListOf(isName)), metadata: isOptional(isObject) },
  line: { namespace: isText },
  shape: { hash: isName, shape: isObject },
  checkpoint: {
    id: isName,
    parent: (value) => value === null || isName(value),
    createdAt: isText,
    metadata: isObject,
    versions: isRecordOf(isVersion),
    seen: isRecordOf(isRecordOf(isVersion)),
    values: isRecordOf(isObject),
    gone: isOptional(isGone),
    shape: isOptional(isName),
  },
  writes: { task: isText, path: isOptional(isText), writes: isListOf(isWrite) },
  'thread-end': { checkpoints: isCount, writes: isCount, sha256: isText },
  end: { threads: isCount },
}

/** What is wrong with a line. */
export class RecordFault extends Error {
  constructor(
    readonly code: 'EXPORT_INVALID' | 'EXPORT_TRUNCATED' | 'EXPORT_NEWER',
    readonly what: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(what, options)
  }
}

/** @throws {RecordFault} */
export function parseRecord(line: string): ExportRecord {
  const value = parseLine(line)
  const type = isObject(value) ? (value as { type?: unknown }).type : undefined
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) throw damaged('it is not a line of an export')
  const record = value as Record<string, unknown>
  for (const [key, isRight] of Object.entries(shapes[type as ExportRecord['type']])) {
    const found = Object.hasOwn(record, key) ? record[key] : undefined
    if (!isRight(found)) throw damaged(`"${key}" of a "${type}" is ${shown(found)}`)
  }
  return record as unknown as ExportRecord
}

/** @throws {RecordFault} unless it is the first line of an export that this release reads. */
export function checkHeader(line: string): void {
  let header: ExportRecord
  try {
    header = parseRecord(line)
    if (header.type !== 'cairn-export') throw damaged('another one comes first')
  } catch (cause) {
    throw new RecordFault(
      'EXPORT_INVALID',
      'This is not an export of threads.',
      'Its first line has to be {"type":"cairn-export","version":1}.',
      { cause },
    )
  }
  if (header.version <= EXPORT_VERSION) return
  throw new RecordFault(
    'EXPORT_NEWER',
    `This is version ${header.version} of the format; this release reads versions up to ${EXPORT_VERSION}.`,
    'Import it with the release that wrote it, or a newer one.',
  )
}

export function damaged(what: string, cause?: unknown): RecordFault {
  return new RecordFault(
    'EXPORT_INVALID',
    `The export is damaged: ${what}.`,
    'Export the threads again.',
    cause === undefined ? undefined : { cause },
  )
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw damaged('the line is not JSON', cause)
  }
}

function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value)
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`
}
