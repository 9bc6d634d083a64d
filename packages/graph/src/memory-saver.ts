import { StoreSaver, createLangchainCodec } from '@cairn/checkpoint'
import { MemoryStore } from '@cairn/engine/memory-store'

/** Keeps threads in memory, for tests and for what need not outlive the process. */
export class MemorySaver extends StoreSaver {
  constructor() {
    super(new MemoryStore({ codec: createLangchainCodec() }))
  }
}
