import { readFileSync } from 'node:fs'
import { passageOf } from '../../corpus/passages.ts'
import { occursIn } from '../../corpus/quote.ts'
import { counted } from '../../counted.ts'
import type { Research } from '../../state.ts'
import type { Stage } from '../stage.ts'

/** Says where the report is, and checks its quotations against the addresses themselves. */
export function showReport({ check, screen }: Stage, { reportPath, sentences }: Research): void {
  screen.say(`The report: ${reportPath}`)
  const report = readFileSync(reportPath, 'utf8')
  const astray = sentences.filter(
    ({ era, passageId, quote }) =>
      !report.includes(quote) || !occursIn(quote, passageOf(era, passageId).text),
  )
  check(
    `Each of its ${counted(sentences.length, 'quotation')} stands word for word in the address that it cites.`,
    astray.map(({ id }) => id),
    [],
  )
}
