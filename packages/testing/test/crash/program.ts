// Passes points and notes after each of them in a file that it came past; then ends as it was told to.
import { appendFileSync } from 'node:fs'
import { passPoint } from '@cairn/testing/crash'

const [path, ending] = process.argv.slice(2) as [path: string, ending: 'end' | 'fail' | 'hang']
for (const name of ['ask', 'answer', 'ask', 'answer', 'leave']) {
  passPoint(name)
  appendFileSync(path, `${name}\n`)
}
if (ending === 'fail') throw new Error('told to fail')
if (ending === 'hang') for (;;);
