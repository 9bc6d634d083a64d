/**
 * Teaches a codec one class of objects. `encode` gives data the codec can keep (which may hold further values of
 * any kind), `decode` makes the object again from the same data.
 */
export interface CodecExtension<T = unknown> {
  /** Stored with each value, so it must not change once values are stored. Unique within a codec. */
  readonly name: string
  /** Whether this extension keeps the value. Asked for objects and functions that the codec does not know. */
  match(value: unknown): boolean
  encode(value: T): unknown
  decode(encoded: unknown): T
  /**
   * Whether `encode` looks at nothing but an object's own properties, and a copy with the same prototype and properties
   * is as good as the object. Then a store need not encode an object again to see that it has not changed. Default: false.
   */
  readonly isTransparent?: boolean
}

/** Turns values into text and back. The text is JSON. */
export interface Codec {
  /** @throws {UnserialisableValueError} for what cannot be kept. */
  encode(value: unknown): string
  /** @throws {CorruptValueError} for text that no `encode` of a codec with the same extensions gives. */
  decode(text: string): unknown
  /**
   * Whether an instance of a class is wholly told by its prototype and its own properties. Default: none is; plain
   * objects and arrays always are.
   */
  isTransparent?(object: object): boolean
}

export interface CodecOptions {
  readonly extensions?: readonly CodecExtension[]
  /** Levels of nesting that are accepted, both ways. Default 1000. */
  readonly maxDepth?: number
  /** Length of the text that is accepted, both ways, in bytes of UTF-8. Default 256 MiB. */
  readonly maxBytes?: number
}
