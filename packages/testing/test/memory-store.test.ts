import { MemoryStore } from '@cairn/engine/memory-store'
import { storeConformance } from '@cairn/testing'

storeConformance('MemoryStore', async () => ({ store: new MemoryStore(), close: () => {} }))
