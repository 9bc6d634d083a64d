import { describe } from 'vitest'
import { committingConformance } from './store-conformance/committing.ts'
import { leasingConformance } from './store-conformance/leasing.ts'
import { listingConformance } from './store-conformance/listing.ts'
import { loadingConformance } from './store-conformance/loading.ts'
import type { OpenStore } from './store-conformance/opened-store.ts'
import { separatingConformance } from './store-conformance/separating.ts'
import { shapingConformance } from './store-conformance/shaping.ts'
import { survivingConformance } from './store-conformance/surviving.ts'
import { writingConformance } from './store-conformance/writing.ts'

/**
 * Declares the tests that every implementation of the engine's `Store` has to pass, as a vitest suite of this name.
 * `open` gives an empty store, one for each test; at the end of the test it is closed.
 */
export function storeConformance(name: string, open: OpenStore): void {
  describe(`store: ${name}`, () => {
    loadingConformance(open)
    committingConformance(open)
    writingConformance(open)
    listingConformance(open)
    leasingConformance(open)
    separatingConformance(open)
    shapingConformance(open)
    survivingConformance(open)
  })
}
