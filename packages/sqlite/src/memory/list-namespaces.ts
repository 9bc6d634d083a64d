import type { MatchCondition } from '@langchain/langgraph-checkpoint'
import type { NamespacesRequest } from './memory-request.ts'
import { namespaceLabels, pathOf } from './namespace-path.ts'

const wildcard = '*'

/** The longest path with which all namespaces begin that fit; SQL looks only under it. */
export function commonPrefix({ conditions }: NamespacesRequest): string {
  const prefixes = conditions
    .filter(({ matchType }) => matchType === 'prefix')
    .map(({ path }) => literals(path))
  return prefixes.reduce((longest, path) => (path.length > longest.length ? path : longest), '')
}

function literals(path: readonly string[]): string {
  const end = path.indexOf(wildcard)
  const labels = end === -1 ? path : path.slice(0, end)
  // A label with a colon is none, and would be taken for two.
  return labels.some((label) => label.includes(':')) ? '' : pathOf(labels)
}

/** Which of these paths are asked for, cut to the depth, each once, sorted as LangGraph sorts them. */
export function selectNamespaces(
  paths: readonly string[],
  { conditions, maxDepth, limit, offset }: NamespacesRequest,
): string[][] {
  const fitting = paths
    .map(namespaceLabels)
    .filter((labels) => conditions.every((condition) => fits(condition, labels)))
  const cut = new Map(
    fitting.map((labels) => labels.slice(0, maxDepth)).map((labels) => [labels.join(':'), labels]),
  )
  return [...cut]
    .toSorted(([left], [right]) => left.localeCompare(right))
    .slice(offset, offset + limit)
    .map(([, labels]) => labels)
}

function fits({ matchType, path }: MatchCondition, labels: readonly string[]): boolean {
  if (path.length > labels.length) return false
  const start = matchType === 'prefix' ? 0 : labels.length - path.length
  return path.every((wanted, index) => wanted === wildcard || wanted === labels[start + index])
}
