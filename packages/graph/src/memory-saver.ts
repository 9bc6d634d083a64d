import { StoreSaver, createLangchainCodec, type LangchainCodecOptions } from '@cairn/checkpoint'
import { MemoryStore } from '@cairn/engine/memory-store'

/**
 * Keeps threads in memory, for tests and for what need not outlive the process. Values are kept as a store in a file
 * keeps them, so instances of classes of your own need `extensions` here too.
 */
export class MemorySaver extends StoreSaver {
  /** @throws {TypeError} when an option is not usable */
  constructor(options: LangchainCodecOptions = {}) {
    super(new MemoryStore({ codec: createLangchainCodec(options) }))
  }
}
