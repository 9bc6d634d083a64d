import { test, type TestContext } from 'vitest'
import type { Store } from '@cairn/engine'

/** A store that was opened for one test. */
export interface OpenedStore {
  /** Empty. */
  readonly store: Store
  /** Lets go of everything: files, connections, timers. */
  close(): Promise<void> | void
  /**
   * Closes the store and opens what it kept, as a new process would. A store that outlives its process has this;
   * without it the tests about that are skipped.
   */
  reopen?(): Promise<Store>
  /**
   * Opens what it keeps once more, as another process would while this one has it. A store that several processes may
   * have open has this; without it the tests about that are skipped.
   */
  openBeside?(): Promise<Store>
}

export type OpenStore = () => Promise<OpenedStore>

/** Declares tests, each with a store of its own that is closed afterwards. */
export type StoreTest = (
  name: string,
  run: (store: Store, opened: OpenedStore, context: TestContext) => Promise<void>,
) => void

export function storeTest(open: OpenStore): StoreTest {
  return (name, run) =>
    // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- both are in the tests declared with it
    test(name, async (context) => {
      const opened = await open()
      try {
        await run(opened.store, opened, context)
      } finally {
        await opened.close()
      }
    })
}
