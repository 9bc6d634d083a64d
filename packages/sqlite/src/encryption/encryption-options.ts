import type { KeyObject } from 'node:crypto'

/** 32 bytes, or the same as a secret `KeyObject`. */
export type Key = Uint8Array | KeyObject

/** How the values of a store are encrypted: AES-256-GCM, each row for itself. */
export interface EncryptionOptions {
  /**
   * The name of the key for what is written from now on. `null` writes plain text, and still reads what is
   * encrypted: the way out of encryption, together with `rotateKey`.
   */
  readonly currentKey: string | null
  /**
   * Gives the key of this name. Called once for each name that is needed, while the store is open, and not before.
   * A key that is kept elsewhere is fetched before the store is opened.
   */
  key(name: string): Key | undefined
}
