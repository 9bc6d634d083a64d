/** What is to be erased: texts, or bytes. */
export type Secret = string | Uint8Array

/** Finds what is to be erased in the forms in which it may be stored. */
export class Secrets {
  /** As they stand in a value, and as they stand in JSON within a value. */
  readonly #texts: readonly string[]
  readonly #bytes: readonly Buffer[]

  constructor(secrets: readonly Secret[]) {
    const texts = secrets.filter((secret) => typeof secret === 'string')
    // Longer ones first, so that one that holds another goes as a whole.
    this.#texts = [...new Set(texts.flatMap((text) => [text, escaped(text)]))].toSorted(
      (left, right) => right.length - left.length,
    )
    this.#bytes = secrets.map((secret) => Buffer.from(secret as string))
  }

  /** Whether one of them may stand in this JSON text, but for bytes. */
  mayBeIn(json: string): boolean {
    return this.#texts.some((text) => json.includes(text) || json.includes(escaped(text)))
  }

  isIn(text: string): boolean {
    return this.#texts.some((secret) => text.includes(secret))
  }

  replaceIn(text: string, replacement: string): string {
    return this.#texts.reduce((rest, secret) => rest.replaceAll(secret, () => replacement), text)
  }

  /** Sets them to zero where they stand in the bytes; false when they do not. */
  zeroIn(bytes: Buffer): boolean {
    let isFound = false
    for (const secret of this.#bytes) {
      for (let at = bytes.indexOf(secret); at !== -1; at = bytes.indexOf(secret, at + secret.length)) {
        bytes.fill(0, at, at + secret.length)
        isFound = true
      }
    }
    return isFound
  }

  /** The bytes by which they would be found in a file, but for those within base64. */
  get traces(): readonly Buffer[] {
    const forms = this.#texts.flatMap((text) => [text, escaped(text)])
    return [...new Set(forms)].map((form) => Buffer.from(form))
  }
}

/** As it stands between the quotes of a JSON string. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
