export type { Codec, CodecExtension, CodecOptions } from './codec.ts'
export { createCodec } from './create-codec.ts'
export { CorruptValueError, UnserialisableValueError } from './errors.ts'
