import type { Codec, CodecOptions } from './codec.ts'
import { CorruptValueError } from './errors.ts'

/** A codec for JSON data. */
export function createCodec(_options: CodecOptions = {}): Codec {
  return {
    encode: (value) => JSON.stringify(value),
    decode(text) {
      try {
        return JSON.parse(text)
      } catch (cause) {
        throw new CorruptValueError('The stored text is not JSON.', { cause })
      }
    },
  }
}
