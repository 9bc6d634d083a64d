export type { Codec, CodecExtension, CodecOptions } from './codec.ts'
export { createCodec } from './create-codec.ts'
export { createErrorExtension, type ErrorClass } from './create-error-extension.ts'
export { CorruptValueError, UnserialisableValueError } from './errors.ts'
