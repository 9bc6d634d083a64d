import { expect, test } from 'vitest'

test('public names', async () => {
  expect(Object.keys(await import('@cairn/checkpoint')).toSorted()).toMatchInlineSnapshot(`
    [
      "InvalidSaverConfigError",
      "STORE",
      "StoreSaver",
      "createLangchainCodec",
      "langchainExtension",
      "langgraphExtension",
      "storedTasks",
      "taskPaths",
      "threadStatus",
    ]
  `)
})
