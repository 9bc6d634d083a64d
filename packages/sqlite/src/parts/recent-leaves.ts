import type { Leaf } from './part.ts'

/** Shorter texts cost less than looking for them. In UTF-16 units. */
const shortest = 33
/** Texts that are remembered of one checkpoint. */
const most = 64

/** Texts that were stored since the last checkpoint but one: what a task wrote, its channel often holds next. */
export class RecentLeaves {
  #now = new Map<string, Leaf>()
  #before: ReadonlyMap<string, Leaf> = this.#now

  /** The leaf that has this text already, or this one. */
  leaf(leaf: Leaf): Leaf {
    if (leaf.length < shortest) return leaf
    const text = leaf.text!
    const known = this.#now.get(text) ?? this.#before.get(text)
    if (known !== undefined) return known
    if (this.#now.size < most) this.#now.set(text, leaf)
    return leaf
  }

  /** A checkpoint is made. */
  age(): void {
    if (this.#now.size === 0 && this.#before.size === 0) return
    this.#before = this.#now
    this.#now = new Map()
  }
}
