import { expect, test } from 'vitest'
import { engineNames } from '../src/engine.ts'
import { OptionError, readOptions } from '../src/options.ts'
import { catalog } from '../src/workloads/catalog.ts'

const ids = (args: readonly string[]) => readOptions(args).workloads.map(({ id }) => id)

test('without options everything is measured five times', () => {
  expect(readOptions([])).toEqual({
    workloads: catalog,
    engines: engineNames,
    runs: 5,
    isComplete: true,
    isJson: false,
    withMastra: false,
    isHelp: false,
  })
})

test('--only takes the beginning of an id as well as the whole of it', () => {
  expect(ids(['--only', 'nested'])).toEqual(['nested-none', 'nested-sqlite'])
  expect(ids(['--only', 'nested-none,stream'])).toEqual(['nested-none', 'stream'])
})

test('a choice of workloads or engines is not a complete run', () => {
  expect(readOptions(['--only', 'stream']).isComplete).toBe(false)
  expect(readOptions(['--engines', 'cairn,floor'])).toMatchObject({
    engines: ['cairn', 'floor'],
    isComplete: false,
  })
})

test('a name that does not exist is refused with those that do', () => {
  expect(() => readOptions(['--only', 'lop'])).toThrow('--only: there is no workload "lop".')
  expect(() => readOptions(['--engines', 'temporal'])).toThrow('--engines: there is no engine "temporal".')
  expect(() => readOptions(['--with', 'dbos'])).toThrow('--with takes "mastra", and got "dbos".')
})

test('an option that does not exist is refused', () => {
  expect(() => readOptions(['--fast'])).toThrow(OptionError)
})

test('--runs takes a whole number from 1 up', () => {
  expect(readOptions(['--runs', '2']).runs).toBe(2)
  expect(() => readOptions(['--runs', '0'])).toThrow('--runs takes a whole number from 1 up, and got "0".')
  expect(() => readOptions(['--runs', 'many'])).toThrow(OptionError)
})
