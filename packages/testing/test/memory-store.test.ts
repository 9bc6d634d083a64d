import { storeConformance } from '@cairn/testing'
import { MemoryStore } from '../../engine/src/memory-store.ts'

storeConformance('MemoryStore', async () => ({ store: new MemoryStore(), close: () => {} }))
