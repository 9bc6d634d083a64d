export { storeConformance } from './store-conformance.ts'
export type { OpenedStore, OpenStore } from './store-conformance/opened-store.ts'
