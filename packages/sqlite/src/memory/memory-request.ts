// What a batch is asked for, checked before anything is done.
import type { MatchCondition, Operation, PutOperation } from '@langchain/langgraph-checkpoint'
import { toUSVString } from 'node:util'
import { MemoryArgumentError } from './memory-errors.ts'
import { type MemoryFilter, readFilter } from './memory-filter.ts'
import { type TimeToLive, isMinutes, minutes } from './memory-options.ts'
import { namespacePath } from './namespace-path.ts'

/** A put that says how long its item is kept. */
export interface MemoryPutOperation extends PutOperation {
  /** In minutes; `null` for ever. Default: `ttl.defaultTtl` of the memory. */
  ttl?: TimeToLive
}

export type MemoryRequest = GetRequest | PutRequest | DeleteRequest | SearchRequest | NamespacesRequest

/** Where an item is: its namespace as a path, and its key. */
export interface ItemAddress {
  readonly path: string
  readonly key: string
}

export interface GetRequest extends ItemAddress {
  readonly kind: 'get'
}

export interface PutRequest extends ItemAddress {
  readonly kind: 'put'
  readonly value: unknown
  /** Paths to embed instead of the memory's; `false` for none. */
  readonly fields: false | readonly string[] | null | undefined
  readonly ttl: TimeToLive | undefined
}

export interface DeleteRequest extends ItemAddress {
  readonly kind: 'delete'
}

export interface SearchRequest {
  readonly kind: 'search'
  /** Path of the namespace prefix. */
  readonly prefix: string
  readonly filter: MemoryFilter
  readonly limit: number
  readonly offset: number
  readonly query: string | undefined
}

export interface NamespacesRequest {
  readonly kind: 'namespaces'
  readonly conditions: readonly MatchCondition[]
  readonly maxDepth: number
  readonly limit: number
  readonly offset: number
}

/**
 * @param file for errors
 * @throws {InvalidNamespaceError}
 * @throws {MemoryArgumentError}
 */
export function readRequest(operation: Operation | MemoryPutOperation, file: string): MemoryRequest {
  const refuse = (place: string, expected: string, found: unknown) =>
    new MemoryArgumentError(file, place, expected, found)
  if ('namespace' in operation) {
    const path = namespacePath(operation.namespace)
    const { key } = operation
    if (typeof key !== 'string' || toUSVString(key) !== key) {
      throw refuse('key', 'a text of well-formed Unicode', key)
    }
    if (!('value' in operation)) return { kind: 'get', path, key }
    const { value, index } = operation
    if (value === null) return { kind: 'delete', path, key }
    const { ttl } = operation as MemoryPutOperation
    if (ttl !== undefined && ttl !== null && !isMinutes(ttl)) throw refuse('ttl', minutes, ttl)
    return { kind: 'put', path, key, value, fields: index, ttl }
  }
  if ('namespacePrefix' in operation) {
    const { limit, offset, query } = operation
    return {
      kind: 'search',
      prefix: namespacePath(operation.namespacePrefix, { allowEmpty: true }),
      filter: readFilter(operation.filter, refuse),
      limit: readCount('limit', limit ?? 10, refuse),
      offset: readCount('offset', offset ?? 0, refuse),
      query: query === '' ? undefined : query,
    }
  }
  return readNamespacesRequest(operation, refuse)
}

function readNamespacesRequest(
  { matchConditions = [], maxDepth = Infinity, limit = Infinity, offset = 0 }: NamespacesOperation,
  refuse: (place: string, expected: string, found: unknown) => Error,
): NamespacesRequest {
  for (const { matchType } of matchConditions) {
    if (matchType === 'prefix' || matchType === 'suffix') continue
    throw refuse('matchConditions.matchType', '"prefix" or "suffix"', matchType)
  }
  if (maxDepth !== Infinity && !(Number.isInteger(maxDepth) && maxDepth >= 1)) {
    throw refuse('maxDepth', 'a whole number of labels from 1', maxDepth)
  }
  return {
    kind: 'namespaces',
    conditions: matchConditions,
    maxDepth,
    limit: readCount('limit', limit, refuse),
    offset: readCount('offset', offset, refuse),
  }
}

/** All fields are optional here, as LangGraph's own store takes them. */
interface NamespacesOperation {
  matchConditions?: MatchCondition[]
  maxDepth?: number
  limit?: number
  offset?: number
}

function readCount(
  name: 'limit' | 'offset',
  value: number,
  refuse: (place: string, expected: string, found: unknown) => Error,
): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  if (name === 'limit' && value === Infinity) return value
  throw refuse(name, name === 'limit' ? 'a whole number from 0, or Infinity' : 'a whole number from 0', value)
}
