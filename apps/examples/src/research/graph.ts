import { END, Send, START, StateGraph } from '@cairn/graph'
import { type Author } from './authors/author.ts'
import { chooseAuthor } from './authors/choose-author.ts'
import { approve } from './nodes/approve.ts'
import { critic } from './nodes/critic.ts'
import { draft } from './nodes/draft.ts'
import { grade } from './nodes/grade.ts'
import { plan } from './nodes/plan.ts'
import { report } from './nodes/report.ts'
import { search } from './nodes/search.ts'
import { widen } from './nodes/widen.ts'
import { type Research, ResearchState } from './state.ts'

export interface ResearchOptions {
  /** Who plans, writes and reviews; by default a model when the environment names one, else the built-in rules. */
  readonly author?: Author
  /** The file to which each search that was carried out adds a line. Default: `.cairn/research/searches.jsonl`. */
  readonly ledgerPath?: string
  /** Where reports are written. Default: `.cairn/research`. */
  readonly reportDirectory?: string
}

const mostRounds = 3

/**
 * Research in the State of the Union addresses, as a graph. Input: `{ question }`.
 *
 * ```
 *             ┌────────── widen ◀───────────┐
 *             ▼                             │ too little
 * plan ──▶ search × n ──────────────────▶ grade ──────────────┐ nothing at all
 *                                           │ enough          │
 *             ┌──────────▶ draft ◀──────────┘                 │
 *             │ rejected     │  ▲ unsound                     │
 *             │              ▼  │                             ▼
 *          approve ◀─────── critic                         report
 *             └───────────────────────────────────────────────▲
 *                          approved, edited
 * ```
 */
export function buildResearch(options: ResearchOptions = {}) {
  const author = options.author ?? chooseAuthor(process.env)
  return new StateGraph(ResearchState)
    .addNode('plan', plan(author))
    .addNode('search', search(options.ledgerPath ?? '.cairn/research/searches.jsonl'))
    .addNode('grade', grade)
    .addNode('widen', widen)
    .addNode('draft', draft(author))
    .addNode('critic', critic(author))
    .addNode('approve', approve)
    .addNode('report', report(options.reportDirectory ?? '.cairn/research'))
    .addEdge(START, 'plan')
    .addConditionalEdges('plan', fanOut, ['search', 'report'])
    .addEdge('search', 'grade')
    .addConditionalEdges('grade', afterGrade, ['widen', 'draft', 'report'])
    .addConditionalEdges('widen', fanOut, ['search', 'draft', 'report'])
    .addEdge('draft', 'critic')
    .addConditionalEdges('critic', afterCritic, ['draft', 'approve', 'report'])
    .addConditionalEdges('approve', afterApproval, ['draft', 'report'])
    .addEdge('report', END)
}

/**
 * The graph as a command line runs it: compiled, with the saver yet to be given.
 * @public
 */
export const graph = buildResearch().compile()

function fanOut(state: Research): Send[] | 'draft' | 'report' {
  return state.queries.length > 0 ? state.queries.map((query) => new Send('search', query)) : toDraft(state)
}

function afterGrade(state: Research): 'widen' | 'draft' | 'report' {
  const round = Math.max(...state.searches.map((made) => made.round))
  return round < mostRounds && state.grades.some(({ enough }) => !enough) ? 'widen' : toDraft(state)
}

function afterCritic({ problems, sentences }: Research): 'draft' | 'approve' | 'report' {
  if (problems.length > 0) return 'draft'
  return sentences.length > 0 ? 'approve' : 'report'
}

function afterApproval({ verdict }: Research): 'draft' | 'report' {
  return verdict.decision === 'reject' ? 'draft' : 'report'
}

/** Without any source there is nothing to draft, and nothing to ask a human about. */
function toDraft({ sources }: Partial<Research>): 'draft' | 'report' {
  return sources && sources.length > 0 ? 'draft' : 'report'
}
