import { ENVELOPE } from '../codec/format.ts'
import { editBetween, type Edit, type Json } from './json-edit.ts'

/** How the text of a list begins and ends, alone and in an envelope, which holds nothing else. */
const lists = [
  { opening: '[', closing: ']', isEnveloped: false },
  { opening: `{"${ENVELOPE}":[`, closing: ']}', isEnveloped: true },
] as const

/** A value as the text of the codec. It is parsed when it has to be: most values are the same text as before, or longer. */
export class KnownValue {
  readonly text: string
  #json: Json | undefined
  /** How many elements the list has, once that is known. */
  #length: number | undefined

  constructor(text: string) {
    this.text = text
  }

  get json(): Json {
    return (this.#json ??= JSON.parse(this.text) as Json)
  }

  /** What makes this value of another one; `undefined` when they are the same. */
  editFrom(before: KnownValue): Edit | undefined {
    return this.#additionTo(before) ?? editBetween(before.json, this.json)
  }

  /** For a list that grew at its end, which need not be parsed to see that. */
  #additionTo(before: KnownValue): Edit | undefined {
    for (const { opening, closing, isEnveloped } of lists) {
      if (!before.text.startsWith(opening) || !before.text.endsWith(closing)) continue
      // Both texts are read in the same way up to there, so what comes next in this one is a further element.
      const kept = before.text.length - closing.length
      const isLonger = this.text[kept] === ',' && this.text.startsWith(before.text.slice(0, kept))
      if (!isLonger || !this.text.endsWith(closing)) return undefined
      const added = JSON.parse(`[${this.text.slice(kept + 1, -closing.length)}]`) as Json[]
      const length = before.#countElements(isEnveloped)
      this.#length = length + added.length
      const edit = { splice: [length, 0, added] } as const
      return isEnveloped ? { keys: { [ENVELOPE]: edit } } : edit
    }
    return undefined
  }

  #countElements(isEnveloped: boolean): number {
    const list = (): Json =>
      isEnveloped ? (this.json as { readonly [ENVELOPE]: Json })[ENVELOPE] : this.json
    return (this.#length ??= (list() as readonly Json[]).length)
  }
}
