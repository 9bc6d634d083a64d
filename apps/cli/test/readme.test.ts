// What the README shows is what happens: its commands are run one after the other, as somebody who reads it would.
import { cpSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { Workplace, steady } from './run-cairn.ts'

const home = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(home, 'README.md'), 'utf8')
const workplace = new Workplace()
afterAll(() => workplace[Symbol.dispose]())

const graphs = ['research', 'approval', 'failing', 'renamed', 'nested']
for (const name of graphs)
  cpSync(join(home, `test/fixtures/${name}.ts`), join(workplace.directory, `${name}.ts`))
cpSync(join(home, 'test/fixtures/keys.json'), join(workplace.directory, 'keys.json'))
symlinkSync(join(home, 'node_modules'), join(workplace.directory, 'node_modules'))

const commands = Array.from(
  readme.matchAll(/```console\n\$ cairn (.*)\n([^]*?)```/g),
  ([, line, output]) => ({
    line: line!,
    output: output!,
  }),
)

/** The questions' ids that the README shows, and those that were given here. */
const actualIds = new Map<string, string>()

test('the README has an example of every command', () => {
  const names = new Set(commands.map(({ line }) => line.split(' ')[0]))
  expect(names).toEqual(
    new Set([
      'check',
      'doctor',
      'erase',
      'export',
      'graph',
      'history',
      'import',
      'label',
      'prune',
      'resume',
      'rotate-key',
      'run',
      'search',
      'show',
      'threads',
    ]),
  )
})

test('the graph that the README shows is the one that it runs', () => {
  expect(readme).toContain(`\`\`\`ts\n${readFileSync(join(home, 'test/fixtures/research.ts'), 'utf8')}\`\`\``)
})

test.each(commands)('cairn $line', async ({ line, output }) => {
  const words = Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, inQuotes, bare]) => inQuotes ?? bare!)
  const { stdout, stderr } = await workplace.run(words.map(withActualId))
  expect(steady(stderr + stdout)).toBe(steady(output))
  const shown = idsIn(output)
  for (const [index, id] of idsIn(stderr + stdout).entries()) actualIds.set(shown[index]!.slice(0, 8), id)
})

function idsIn(text: string): string[] {
  return Array.from(text.matchAll(/\b[0-9a-f]{32}\b/g), ([id]) => id)
}

function withActualId(word: string): string {
  const [id, ...rest] = word.split('=')
  return [actualIds.get(id!) ?? id, ...rest].join('=')
}
