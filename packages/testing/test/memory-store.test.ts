import { MemoryStore } from '@cairn/engine'
import { storeConformance } from '@cairn/testing'

storeConformance('MemoryStore', async () => ({ store: new MemoryStore(), close: () => {} }))
