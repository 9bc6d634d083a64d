import { Embeddings } from '@langchain/core/embeddings'

/** Counts letters, so that texts of the same letters are the same to it. Its numbers are small and whole. */
export class LetterEmbeddings extends Embeddings {
  /** The texts of each call. */
  readonly calls: string[][] = []

  constructor(readonly dims: number) {
    super({})
  }

  override async embedDocuments(texts: string[]): Promise<number[][]> {
    this.calls.push([...texts])
    return texts.map((text) => this.vector(text))
  }

  override async embedQuery(text: string): Promise<number[]> {
    this.calls.push([text])
    return this.vector(text)
  }

  vector(text: string): number[] {
    const counts = Array.from({ length: this.dims }, () => 0)
    for (const character of text) {
      const code = character.codePointAt(0)!
      // Some letters count against others, so that angles are wide.
      counts[code % this.dims]! += code % 3 === 0 ? -1 : 1
    }
    return counts
  }
}
