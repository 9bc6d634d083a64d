// Checks that every package that is to be published has a sound package.json: entry points, types, files.
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders = [...readdirSync(`${root}packages`).map((name) => `packages/${name}`), 'apps/cli']

let problems = 0
for (const folder of folders) {
  const manifest = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'))
  const { messages } = await publint({ pkgDir: `${root}${folder}`, pack: false })
  for (const message of messages) {
    if (message.type === 'suggestion') continue
    problems++
    console.error(`${folder}: ${formatMessage(message, manifest)}`)
  }
}
console.log(problems === 0 ? `${folders.length} packages are sound.` : `${problems} problems.`)
process.exit(problems === 0 ? 0 : 1)
