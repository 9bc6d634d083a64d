import {
  InMemoryStore,
  type IndexConfig,
  type Item,
  type Operation,
  type SearchItem,
} from '@langchain/langgraph-checkpoint'

/** What is private in LangGraph's store. */
interface Inside {
  readonly data: Map<string, Map<string, Item>>
  readonly vectors: Map<string, Map<string, unknown>>
}

/**
 * LangGraph's `InMemoryStore` less what docs/design/divergences.md lists: it gives and takes copies, forgets a
 * namespace with its last item and the vectors of a value with the value, and goes on from page to page.
 */
export class ReferenceStore {
  readonly #store: InMemoryStore

  constructor(index?: IndexConfig) {
    this.#store = new InMemoryStore(index === undefined ? {} : { index })
  }

  /** The operation, one at a time, on LangGraph's store. */
  async run(operation: Operation): Promise<unknown> {
    if ('value' in operation) this.#forgetVectors(operation.namespace, operation.key)
    const [result] = (await this.#store.batch([structuredClone(operation)])) as unknown[]
    if ('value' in operation) this.#forgetEmptyNamespaces()
    return 'namespacePrefix' in operation ? this.#page(operation, result as SearchItem[]) : copy(result)
  }

  /** LangGraph begins anew with the items that have no vector on each page. */
  async #page(
    { offset = 0, limit = 10, ...operation }: Extract<Operation, { namespacePrefix: string[] }>,
    found: SearchItem[],
  ): Promise<unknown> {
    if (operation.query === undefined || offset === 0) return copy(found)
    const [all] = (await this.#store.batch([{ ...operation, offset: 0, limit: Infinity }])) as [SearchItem[]]
    return copy(all.slice(offset, offset + limit))
  }

  #forgetVectors(namespace: string[], key: string): void {
    ;(this.#store as unknown as Inside).vectors.get(namespace.join(':'))?.delete(key)
  }

  #forgetEmptyNamespaces(): void {
    const { data } = this.#store as unknown as Inside
    for (const [namespace, items] of data) if (items.size === 0) data.delete(namespace)
  }
}

function copy(result: unknown): unknown {
  return result === undefined ? undefined : structuredClone(result)
}
