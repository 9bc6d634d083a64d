import { counted } from './counted.ts'
import { wordsText } from './search-query.ts'
import type { EraGrade, Problem, Research, SearchQuery, SearchRecord } from './state.ts'

/** What a node's update says, in a line for people. `node` is the node that finished. */
export function progressLine(node: string, update: Partial<Research>): string {
  return `${node.padEnd(8)} ${describeUpdate(node, update)}`
}

/** What a node wrote, in words. */
export function describeUpdate(node: string, update: Partial<Research>): string {
  switch (node) {
    case 'plan':
    case 'widen':
      return describeQueries(update.queries ?? [])
    case 'search':
      return (update.searches ?? []).map(describeSearch).join('; ')
    case 'grade':
      return describeGrades(update.grades ?? [])
    case 'draft':
      return `${counted(update.sentences?.length ?? 0, 'sentence')}, each with its source`
    case 'critic':
      return describeProblems(update.refused ?? [], update.sentences !== undefined)
    case 'approve':
      return `the answer was: ${update.verdict?.decision ?? 'none'}`
    case 'report':
      return `${update.outcome ?? ''}: ${update.reportPath ?? ''}`
    default:
      return Object.keys(update).join(', ')
  }
}

function describeQueries(queries: readonly SearchQuery[]): string {
  if (queries.length === 0) return 'no other words left to search for'
  const words = [...new Set(queries.map(({ groups }) => wordsText(groups)))].join('; ')
  return `${counted(queries.length, 'search', 'searches')} for ${words}`
}

function describeSearch({ era, groups, matched, addresses }: SearchRecord): string {
  const words = groups.map(([first = '', ...others]) =>
    others.length > 0 ? `${first} (${others.length + 1} forms)` : first,
  )
  return `${era}  ${words.join(' + ')}: ${counted(matched, 'passage')} in ${counted(addresses.length, 'address', 'addresses')}`
}

function describeGrades(grades: readonly EraGrade[]): string {
  const about = grades.reduce((sum, grade) => sum + grade.about, 0)
  return `${counted(about, 'passage')} about it; ${describePoorEras(grades)}`
}

function describePoorEras(grades: readonly EraGrade[]): string {
  const poor = grades.filter(({ enough }) => !enough).map(({ era }) => era)
  if (poor.length === 0) return 'enough in every era'
  return poor.length > 3
    ? `too few in ${poor.length} of ${grades.length} eras`
    : `too few in ${poor.join(', ')}`
}

function describeProblems(problems: readonly Problem[], isStruck: boolean): string {
  if (problems.length === 0) return 'every sentence stands in its source'
  const counts = new Map<string, number>()
  for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1)
  return `${isStruck ? 'strikes' : 'sends back'} ${problems.length}: ${[...counts].map(([code, count]) => `${count} ${code}`).join(', ')}`
}
