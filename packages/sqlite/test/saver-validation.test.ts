import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SqliteSaver } from '@cairn/sqlite'

/** Tests of the suite that do not apply, each with the reason. */
const notApplicable: ReadonlyMap<string, string> = new Map([
  [
    'should only store channel_values that have changed (based on newVersions)',
    // The suite itself leaves it out for LangGraph's own SQLite saver.
    'values that newVersions leaves out are kept when no parent has them',
  ],
])

const itIfApplicable = new Proxy(it, {
  apply(target, self, [name, ...rest]: Parameters<typeof it>) {
    const reason = notApplicable.get(String(name))
    const declare = reason === undefined ? target : target.skip
    return Reflect.apply(declare, self, [
      reason === undefined ? name : `${String(name)} [${reason}]`,
      ...rest,
    ])
  },
})

// The suite expects the test functions to be global.
Object.assign(globalThis, {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it: itIfApplicable,
})
const { deltaChannelHistoryTests, validate } = await import('@langchain/langgraph-checkpoint-validation')

const initializer = {
  checkpointerName: 'SqliteSaver',
  createCheckpointer: (): SqliteSaver => SqliteSaver.fromConnString(':memory:'),
  destroyCheckpointer: (saver: SqliteSaver): void => saver.close(),
}

validate(initializer)
deltaChannelHistoryTests(initializer)
