// A channel is one named, versioned value of the state. Its behaviour is a handful of pure functions over its
// content, so that a state is an array of contents and a superstep makes a new one without touching the old.

/** The content of a channel that holds nothing. */
export const EMPTY: unique symbol = Symbol('empty')
/** What a channel's function returns when the content stays as it is. */
export const UNCHANGED: unique symbol = Symbol('unchanged')

export type Empty = typeof EMPTY
export type Unchanged = typeof UNCHANGED

/** For whom a join waits, and how many of them are enough; whether a topic takes each value once. */
export interface ChannelTraits {
  readonly names?: readonly string[]
  readonly quorum?: number
  readonly isUnique?: boolean
}

/**
 * How one channel behaves. `Content` is what it keeps between supersteps, `Value` what readers see, `Update`
 * what tasks write.
 */
export interface Channel<Content = unknown, Value = unknown, Update = unknown> {
  readonly kind: string
  /** What else of its making decides how what a store keeps of it is read: part of the graph's shape. */
  readonly traits?: ChannelTraits
  /** The content before anything was written. */
  initial(): Content | Empty
  /**
   * The content after a superstep in which these updates were written, in the order of their tasks. With an
   * empty list: after a superstep in which nobody wrote; called only when `isVolatile`.
   * @throws {InvalidUpdateError} when the updates do not fit the channel.
   */
  update(content: Content | Empty, updates: readonly Update[]): Content | Empty | Unchanged
  /**
   * An update of a task that has finished, as it is kept and applied. By default as it was written; `undefined` says
   * the same.
   */
  accept?(update: Update): Update | undefined
  /** What a store keeps of an update that is going to change when it is applied: a copy. By default the update itself. */
  keep?(update: Update): Update
  /** What readers see, or `EMPTY`. */
  read(content: Content | Empty): Value | Empty
  /** Changes by itself in a superstep in which nobody writes to it (an ephemeral value, a topic). */
  readonly isVolatile?: boolean
  /** Never stored. */
  readonly isTransient?: boolean
  /** The content after a task that this channel triggered has run. */
  consume?(content: Content | Empty): Content | Empty | Unchanged
  /** The content when no node is due any more, which releases deferred ones. */
  finish?(content: Content | Empty): Content | Empty | Unchanged
  /** The content for somebody who updates it on the side. Default: the same, which no function here changes. */
  copy?(content: Content): Content
  /** Whom a channel that collects arrivals still waits for, when somebody has arrived already. */
  missing?(content: Content | Empty): readonly string[]
  /** What a store keeps; by default the content itself. `EMPTY` keeps nothing. */
  save?(content: Content): unknown
  /** Content from what a store kept; by default the same. */
  restore?(saved: unknown): Content
}
