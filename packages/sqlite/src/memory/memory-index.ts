import { EmbeddingError } from './memory-errors.ts'
import type { MemoryIndexOptions, TextEmbeddings } from './memory-options.ts'
import { type TextPath, readTextPath, textsAtPath } from './texts-at-path.ts'
import { scaledVector } from './vector.ts'

/** What the user's embeddings model is asked for, and which texts of a value it is given. */
export class MemoryIndex {
  readonly dims: number
  readonly #path: string
  readonly #model: TextEmbeddings
  readonly #fields: readonly TextPath[]

  /** @param path the file, for errors */
  constructor(path: string, { dims, embeddings, fields = ['$'] }: MemoryIndexOptions) {
    this.dims = dims
    this.#path = path
    this.#fields = fields.map(readTextPath)
    this.#model =
      typeof embeddings === 'function'
        ? {
            embedDocuments: async (texts) => await embeddings(texts),
            embedQuery: async (text) => (await embeddings([text]))[0]!,
          }
        : embeddings
  }

  /** The texts of a value that are embedded; `fields` are those of the put, if it has any. */
  textsOf(value: unknown, fields: false | readonly string[] | null | undefined): string[] {
    if (fields === false) return []
    const paths = fields?.map(readTextPath) ?? this.#fields
    return paths.flatMap((path) => textsAtPath(value, path))
  }

  /** The vectors of texts, each of which the model sees once, all of them in one call. */
  async embed(texts: Iterable<string>): Promise<ReadonlyMap<string, Float32Array>> {
    const distinct = [...new Set(texts)]
    if (distinct.length === 0) return new Map()
    const vectors = await this.#model.embedDocuments([...distinct])
    if (!Array.isArray(vectors) || vectors.length !== distinct.length) {
      throw new EmbeddingError(
        this.#path,
        `The embeddings model was given ${distinct.length} texts and gave ${Array.isArray(vectors) ? vectors.length : 'no'} vectors.`,
      )
    }
    return new Map(distinct.map((text, index) => [text, this.#vector(vectors[index]!)]))
  }

  /** The same for queries, which a model may embed in another way than what they are to find. */
  async embedQueries(queries: Iterable<string>): Promise<ReadonlyMap<string, Float32Array>> {
    const entries = [...new Set(queries)].map(
      async (query) => [query, this.#vector(await this.#model.embedQuery(query))] as const,
    )
    return new Map(await Promise.all(entries))
  }

  #vector(numbers: readonly number[]): Float32Array {
    const vector = isList(numbers) ? scaledVector(numbers, this.dims) : undefined
    if (vector !== undefined) return vector
    const what =
      isList(numbers) && numbers.length !== this.dims
        ? `a vector of ${numbers.length} numbers, where "index.dims" is ${this.dims}.`
        : 'what is not a vector of finite numbers.'
    throw new EmbeddingError(this.#path, `The embeddings model gave ${what}`)
  }
}

/** Some models give typed arrays. */
function isList(value: unknown): value is readonly number[] {
  return Array.isArray(value) || ArrayBuffer.isView(value)
}
