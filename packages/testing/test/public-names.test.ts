import { expect, test } from 'vitest'

test('public names', async () => {
  expect(Object.keys(await import('@cairn/testing')).toSorted()).toMatchInlineSnapshot(`
    [
      "storeConformance",
    ]
  `)
})

test('public names of the crash harness', async () => {
  expect(Object.keys(await import('@cairn/testing/crash')).toSorted()).toMatchInlineSnapshot(`
    [
      "CrashHarnessError",
      "CrashingProgram",
      "Ledger",
      "ProgramFailedError",
      "ProgramStuckError",
      "describeInstant",
      "ledgerFaults",
      "lineFaults",
      "passPoint",
      "randomInstant",
      "randomNumbers",
      "readThread",
      "recordedTasks",
    ]
  `)
})
