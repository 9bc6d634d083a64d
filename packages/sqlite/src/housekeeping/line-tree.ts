import type { ScannedCheckpoint, ScannedLine } from './thread-scan.ts'
import type { TimeSlices } from './time-slices.ts'

/** Who is whose parent in a line, as checkpoints are taken out of it. */
export class LineTree {
  readonly #left = new Map<string, ScannedCheckpoint>()
  readonly #parents = new Map<string, string>()
  readonly #children = new Map<string, Set<string>>()

  static async of({ checkpoints }: ScannedLine, slices: TimeSlices): Promise<LineTree> {
    const tree = new LineTree()
    for (const [id, checkpoint] of checkpoints) {
      const { parentId } = checkpoint.node
      tree.#left.set(id, checkpoint)
      if (parentId !== undefined) tree.#adopt(parentId, id)
      if (slices.isOver) await slices.next()
    }
    return tree
  }

  /** What stands for the parent: one that was never there is named still. */
  parentOf(id: string): string | undefined {
    return this.#parents.get(id)
  }

  childrenOf(id: string): ScannedCheckpoint[] {
    return [...(this.#children.get(id) ?? [])].flatMap((child) => this.#left.get(child) ?? [])
  }

  get(id: string): ScannedCheckpoint | undefined {
    return this.#left.get(id)
  }

  /** Its children become those of its parent. */
  remove(id: string): void {
    const parent = this.#parents.get(id)
    const children = this.#children.get(id) ?? []
    this.#left.delete(id)
    this.#parents.delete(id)
    this.#children.delete(id)
    if (parent !== undefined) this.#children.get(parent)?.delete(id)
    for (const child of children) {
      if (parent === undefined) this.#parents.delete(child)
      else this.#adopt(parent, child)
    }
  }

  #adopt(parent: string, child: string): void {
    this.#parents.set(child, parent)
    const children = this.#children.get(parent)
    if (children === undefined) this.#children.set(parent, new Set([child]))
    else children.add(child)
  }
}
