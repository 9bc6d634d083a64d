// Each fact in docs/design/parity.md names a test that exists, or says why there is none.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const rows = readFileSync(join(root, 'docs/design/parity.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| fact') && !line.startsWith('| ---'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))

describe('the table of parity', () => {
  test('has a fact and its proof in each row', () => {
    expect(rows.filter((cells) => cells.length !== 4 || cells[1] === '' || cells[2] === '')).toEqual([])
  })

  test('names only tests that exist', () => {
    expect(rows.flatMap(([, , proof = '']) => missingIn(proof))).toEqual([])
  })
})

function missingIn(proof: string): string[] {
  if (proof.startsWith('*not:*')) return []
  const references = [...proof.matchAll(/`([^`]+?) › ([^`]+)`/g)]
  if (references.length === 0) return [`no reference: ${proof}`]
  return references.filter(([, file, title]) => !hasTest(file!, title!)).map(([reference]) => reference)
}

function hasTest(file: string, title: string): boolean {
  const stem = join(root, 'packages/graph/test', file)
  const path = [`${stem}.test.ts`, `${stem}.test-d.ts`].find((each) => existsSync(each))
  if (path === undefined) return false
  const source = readFileSync(path, 'utf8')
  return [title, title.replaceAll("'", "\\'")].some((each) => source.includes(each))
}
