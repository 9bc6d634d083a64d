/** What retention reads of a checkpoint's metadata, whatever else is in it. */
export interface StoredMetadata {
  /** namespace → checkpoint of every graph around this one. */
  readonly callers: Readonly<Record<string, string>>
  /** Delta channels that have been written, or might have been, since they were held whole. */
  readonly deltas: readonly string[]
  /** All writes to delta channels have given them a version. */
  readonly isVersioned: boolean
}

const COUNTERS = 'counters_since_delta_snapshot'
const VERSIONED = 'delta_writes_versioned'

/**
 * Reads the stored text of metadata. Classes of the user's stay closed: nothing that is wanted here is in one.
 * @throws {SyntaxError} when it is no JSON
 */
export function parseMetadata(text: string): StoredMetadata {
  const metadata = recordOf(JSON.parse(text))
  const callers = Object.entries(recordOf(metadata['parents'])).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return {
    callers: Object.fromEntries(callers),
    deltas: Object.keys(recordOf(metadata[COUNTERS])),
    isVersioned: metadata[VERSIONED] === true,
  }
}

/** A record in any of the forms that the codec gives it. */
function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return {}
  const record = value as Readonly<Record<string, unknown>>
  const [key, ...others] = Object.keys(record)
  if (key === undefined || others.length > 0) return record
  if (key === '$cairn' || key === '$' || key === '$bare') return recordOf(record[key])
  if (key === '$def' && Array.isArray(record[key])) return recordOf((record[key] as readonly unknown[])[1])
  return record
}
