import { createCodec, type Codec, type CodecOptions } from '@cairn/engine/codec'
import type { FieldsConstructor } from './langchain-classes.ts'
import { createLangchainExtension } from './langchain-extension.ts'
import { langgraphExtension } from './langgraph-extension.ts'

export interface LangchainCodecOptions extends CodecOptions {
  /**
   * Subclasses of LangChain's `Serializable` to keep besides those of `@langchain/core`. Their constructor takes its
   * fields as one object. They are stored by name, so each needs one of its own.
   */
  readonly classes?: readonly FieldsConstructor[]
}

/**
 * A codec that also keeps messages, prompt values and documents of `@langchain/core`, and what LangGraph puts into
 * checkpoints. Extensions that are passed are asked first.
 * @throws {TypeError} when an option is not usable.
 */
export function createLangchainCodec(options: LangchainCodecOptions = {}): Codec {
  const { classes = [], extensions = [], ...limits } = options
  return createCodec({
    ...limits,
    extensions: [...extensions, createLangchainExtension(classes), langgraphExtension],
  })
}
