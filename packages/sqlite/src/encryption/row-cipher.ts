/** How the texts of rows are written and read. */
export interface RowCipher {
  /** Number of the key that new rows are encrypted with, for their column `cipher`; `null` when they are plain. */
  readonly current: number | null
  /** The text as the row `identity` stores it under the current key. */
  seal(text: string, identity: string): string | Uint8Array
  /**
   * The text that the row `identity` stores under the key with this number.
   * @throws {StoreError} when the key is missing or wrong, or the row is not as it was written
   */
  unseal(cipher: number, sealed: unknown, identity: string): string
}

/** For tables of an earlier version, in which nothing is encrypted. */
export const plainRows: RowCipher = {
  current: null,
  seal: (text) => text,
  unseal: (cipher) => {
    throw new TypeError(`a row has the key number ${cipher}, and nothing is encrypted here`)
  },
}
