import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderReport } from '../render-report.ts'
import type { Research } from '../state.ts'

/**
 * The node that writes the report to a file. The file is named after its content, so that writing it again changes
 * nothing and another draft on the same question does not overwrite it.
 */
export function report(directory: string) {
  return (state: Research): Pick<Research, 'reportPath' | 'outcome'> => {
    const markdown = renderReport(state)
    const reportPath = join(directory, fileName(state.question, markdown))
    mkdirSync(directory, { recursive: true })
    writeFileSync(reportPath, markdown)
    return { reportPath, outcome: state.sentences.length > 0 ? 'report written' : 'nothing found' }
  }
}

function fileName(question: string, markdown: string): string {
  const slug =
    question
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join('-')
      .slice(0, 60) ?? 'report'
  return `${slug}-${createHash('sha256').update(markdown).digest('hex').slice(0, 6)}.md`
}
