import { StoreError } from '../errors.ts'

/** The store holds rows that are encrypted with a key which was not given. */
export class MissingKeyError extends StoreError {
  readonly code = 'STORE_KEY_MISSING'

  constructor(
    path: string,
    /** The name of the key. */
    readonly keyName: string,
    cause?: unknown,
  ) {
    super(
      path,
      `The store ${path} is encrypted, and its key "${keyName}" was not given.`,
      `Open it with "encryption", whose "key" gives the key of that name.`,
      cause,
    )
  }
}

/** A key was given that is not the one of this name. */
export class WrongKeyError extends StoreError {
  readonly code = 'STORE_KEY_WRONG'

  constructor(
    path: string,
    /** The name of the key. */
    readonly keyName: string,
  ) {
    super(
      path,
      `What was given as the key "${keyName}" of the store ${path} is another key than the one it was written with.`,
      'Nothing was read or written with it. Give the right key, or a new key a name of its own.',
    )
  }
}

/** What was given as a key cannot be one. */
export class InvalidKeyError extends StoreError {
  readonly code = 'STORE_KEY_INVALID'

  constructor(
    path: string,
    /** The name of the key. */
    readonly keyName: string,
    found: string,
  ) {
    super(
      path,
      `What was given as the key "${keyName}" of the store ${path} is ${found}.`,
      'A key has 32 random bytes: a Buffer or another Uint8Array, or a secret KeyObject. A password is none; derive a key from it with scrypt.',
    )
  }
}

/** An encrypted row does not open, though its key is the right one. */
export class BrokenSealError extends StoreError {
  readonly code = 'STORE_SEAL_BROKEN'

  constructor(
    path: string,
    /** Which row: its table, and what tells it from others there, as docs/design/format.md has it. */
    readonly row: string,
    /** The name of the key. */
    readonly keyName: string,
  ) {
    super(
      path,
      `The row "${row}" of the store ${path} does not open with its key "${keyName}": it was changed, or put in the place of another.`,
      'Stop writing to it, keep a copy, and restore the row from a backup.',
    )
  }
}
