// A namespace as one text, its path: each label with a colon behind it, as in `users:42:`. Labels hold no colon, so
// the namespaces under a prefix are those whose path begins with that of the prefix.
import { toUSVString } from 'node:util'
import { InvalidNamespaceError, validateNamespace } from '@langchain/langgraph-checkpoint'

const separator = ':'
/** The character that follows the separator: no path under a prefix sorts behind it. */
const afterSeparator = ';'

/**
 * The path of a namespace; that of the empty one, which only a prefix may be, is the empty text.
 * @throws {InvalidNamespaceError} for labels that LangGraph does not allow, and for text that is not Unicode.
 */
export function namespacePath(labels: readonly string[], { allowEmpty = false } = {}): string {
  validateNamespace([...labels], { allowEmpty, allowReservedRoot: true })
  for (const label of labels) {
    if (toUSVString(label) === label) continue
    throw new InvalidNamespaceError(
      `Invalid namespace label ${JSON.stringify(label)}. Namespace labels must be well-formed Unicode text.`,
    )
  }
  return pathOf(labels)
}

/** The same for labels that need not be valid. */
export function pathOf(labels: readonly string[]): string {
  return labels.map((label) => label + separator).join('')
}

export function namespaceLabels(path: string): string[] {
  return path.split(separator).slice(0, -1)
}

/** Bounds between which the paths lie that begin with this one: the first included, the second not. */
export function pathRange(prefix: string): [from: string, to: string | Buffer] {
  // SQLite sorts every blob behind every text.
  return prefix === '' ? ['', Buffer.alloc(0)] : [prefix, prefix.slice(0, -1) + afterSeparator]
}
