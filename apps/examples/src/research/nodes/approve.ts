import { interrupt } from '@cairn/graph'
import { z } from 'zod'
import { renderDraft } from '../render-report.ts'
import type { Research } from '../state.ts'

/** What a human is asked before the report is written. */
export interface ApprovalRequest {
  readonly ask: string
  readonly answers: readonly string[]
  /** The report as it would be written, in Markdown. */
  readonly draft: string
  readonly sources: readonly {
    readonly passageId: string
    readonly president: string
    readonly year: number
  }[]
  readonly remarks: readonly string[]
  /** Why the last answer could not be taken; absent when the question is asked for the first time. */
  readonly complaint?: string
}

const verdictSchema = z.preprocess(
  (answer) => (typeof answer === 'string' ? { decision: answer } : answer),
  z.discriminatedUnion('decision', [
    z.object({ decision: z.literal('approve') }),
    z.object({ decision: z.literal('reject'), note: z.string().default('') }),
    z.object({ decision: z.literal('edit'), markdown: z.string().min(1) }),
  ]),
)

/** The node that asks a human. It asks until the answer is one of those it offers. */
export function approve(state: Research): Pick<Research, 'verdict' | 'attempts' | 'problems'> {
  let complaint: string | undefined
  for (;;) {
    const answer: unknown = interrupt(approvalRequest(state, complaint))
    const verdict = verdictSchema.safeParse(answer)
    if (verdict.success) return { verdict: verdict.data, attempts: 0, problems: [] }
    complaint = `The answer ${JSON.stringify(answer)} is none of those offered.`
  }
}

function approvalRequest(state: Research, complaint: string | undefined): ApprovalRequest {
  const cited = new Set(state.sentences.map(({ passageId }) => passageId))
  return {
    ask: 'Shall this report be written?',
    answers: [
      '"approve"',
      '{"decision":"reject","note":"more on the Pacific, without Polk"}',
      '{"decision":"edit","markdown":"the report as you want it"}',
    ],
    draft: renderDraft(state),
    sources: state.sources
      .filter(({ passageId }) => cited.has(passageId))
      .map(({ passageId, president, year }) => ({ passageId, president, year })),
    remarks: state.remarks,
    ...(complaint === undefined ? {} : { complaint }),
  }
}
