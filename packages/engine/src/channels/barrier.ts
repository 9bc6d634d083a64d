import { EMPTY, UNCHANGED, type Channel } from '../channel.ts'
import { InvalidUpdateError } from '../errors.ts'

export interface BarrierContent {
  /** Who has arrived, in order. */
  readonly arrived: readonly string[]
  /** Set once no other node is due: only then a deferred barrier opens. */
  readonly isReleased: boolean
}

export interface BarrierOptions {
  /** Who has to arrive. */
  readonly names: readonly string[]
  /** How many of them are enough. Default: all. */
  readonly quorum?: number
  /** Opens only when no other node is due. */
  readonly isDeferred?: boolean
}

const nobody: BarrierContent = { arrived: [], isReleased: false }

/** Collects names; readable (its value is `undefined`) once enough have arrived, and closed again when consumed. */
export function barrier(options: BarrierOptions): Channel<BarrierContent, undefined, string> {
  const { names, quorum = names.length, isDeferred = false } = options
  const expected = new Set(names)
  const isOpen = (content: BarrierContent) =>
    content.arrived.length >= quorum && (!isDeferred || content.isReleased)
  return {
    kind: isDeferred ? 'NamedBarrierValueAfterFinish' : 'NamedBarrierValue',
    traits: { names: names.toSorted(), ...(quorum < names.length && { quorum }) },
    initial: () => nobody,
    update(content, updates) {
      const { arrived, isReleased } = content === EMPTY ? nobody : content
      const now = [...arrived]
      for (const name of updates) {
        if (!expected.has(name)) {
          throw new InvalidUpdateError({
            code: 'INVALID_UPDATE',
            message: `it waits for ${names.join(', ')}, but got "${name}".`,
            updates,
            refused: name,
          })
        }
        if (!now.includes(name)) now.push(name)
      }
      return now.length === arrived.length ? UNCHANGED : { arrived: now, isReleased }
    },
    read: (content) => (content !== EMPTY && isOpen(content) ? undefined : EMPTY),
    consume: (content) => (content !== EMPTY && isOpen(content) ? nobody : UNCHANGED),
    ...(isDeferred && {
      finish: (content: BarrierContent | typeof EMPTY) =>
        content !== EMPTY && !content.isReleased && content.arrived.length >= quorum
          ? { ...content, isReleased: true }
          : UNCHANGED,
    }),
    missing: (content) =>
      content === EMPTY || content.arrived.length === 0 || content.arrived.length >= quorum
        ? []
        : names.filter((name) => !content.arrived.includes(name)),
    save: ({ arrived, isReleased }) => (isDeferred ? [arrived, isReleased] : arrived),
    restore(saved) {
      const [arrived, isReleased] = isDeferred ? (saved as [string[], boolean]) : [saved as string[], false]
      return { arrived, isReleased }
    },
  }
}
