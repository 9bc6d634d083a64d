import { expect, test } from 'vitest'

test('public names', async () => {
  expect(Object.keys(await import('@cairn/checkpoint')).toSorted()).toMatchInlineSnapshot(`
    [
      "InvalidSaverConfigError",
      "SHAPE",
      "STORE",
      "StoreSaver",
      "createLangchainCodec",
      "langchainExtension",
      "langgraphExtension",
      "shapeIn",
      "storedTasks",
      "taskPaths",
      "threadStatus",
      "withShape",
    ]
  `)
})
