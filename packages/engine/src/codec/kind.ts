/** What a kind needs to read its payload. */
export interface PayloadReader {
  /** Reads a value within the payload. */
  read(encoded: unknown): unknown
  /** Makes the object known before its content is read, so that the content may refer to it. */
  announce(object: object): void
}

export interface Kind<T extends object = object> {
  readonly tag: string
  readonly prototypes: readonly object[]
  /** May its objects have properties of their own, besides those in the payload? Others are refused. */
  readonly keepsProperties: boolean
  /** JSON, an array of values, or an object of values. */
  payload(object: T): unknown
  /** @throws {CorruptValueError} for a payload that `payload` does not give. */
  restore(payload: unknown, reader: PayloadReader): T
}
