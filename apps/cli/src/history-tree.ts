import type { CheckpointView } from './checkpoint-view.ts'

/**
 * For each checkpoint, newest first, the marks that join it to its parent: one column per line of checkpoints.
 * All are empty when no checkpoint has two children.
 */
export function treeMarks(views: readonly CheckpointView[]): string[] {
  const parents = views.map(({ parentId }) => parentId).filter((id) => id !== undefined)
  const hasFork = new Set(parents).size < parents.length
  const roots = views.filter(({ parentId }) => parentId === undefined)
  if (!hasFork && roots.length <= 1) return views.map(() => '')
  // lane → the checkpoint that its line leads down to
  const lanes: (string | undefined)[] = []
  return views.map(({ id, parentId }) => {
    const arriving = [...lanes.keys()].filter((lane) => lanes[lane] === id)
    const lane = arriving[0] ?? freeLane(lanes)
    const last = arriving.at(-1) ?? lane
    const width = Math.max(lanes.length, lane + 1)
    const marks = Array.from({ length: width }, (_, column) => {
      const isPassing = lanes[column] !== undefined && !arriving.includes(column)
      const isMerging = column > lane && column < last
      if (column === lane) return lane === last ? '● ' : '●─'
      if (column === last) return '╯ '
      if (arriving.includes(column)) return '┴─'
      if (isMerging) return isPassing ? '┼─' : '──'
      return isPassing ? '│ ' : '  '
    })
    for (const merged of arriving) lanes[merged] = undefined
    lanes[lane] = parentId
    while (lanes.length > 0 && lanes.at(-1) === undefined) lanes.pop()
    return marks.join('').trimEnd()
  })
}

function freeLane(lanes: readonly (string | undefined)[]): number {
  const free = lanes.indexOf(undefined)
  return free === -1 ? lanes.length : free
}
