// A long run of synchronous nodes must not starve timers and sockets: it gives the event loop a turn whenever
// the current one has lasted too long. All runs of the process share one event loop, so they share this watch:
// two hundred runs that each kept their own time slice would still block it for two hundred slices.

/** How long the event loop may be kept before it gets a turn. */
export const sliceMs = 8

// Taken at load: fake timers in tests must not stop a run.
const { setImmediate } = globalThis
const now = performance.now.bind(performance)

let turnStartedAt: number | undefined
let nextTurn: Promise<void> | undefined

/**
 * A promise of the next turn when this one has lasted too long, otherwise `undefined`. To be asked again once it is
 * there: everybody who waited goes on in the same turn, and the first of them may use it up.
 */
export function turnWhenDue(): Promise<void> | undefined {
  if (turnStartedAt === undefined) {
    turnStartedAt = now()
    setImmediate(() => {
      if (nextTurn === undefined) turnStartedAt = undefined
    }).unref()
    return undefined
  }
  if (now() - turnStartedAt < sliceMs) return undefined
  return (nextTurn ??= new Promise((resolve) => {
    setImmediate(() => {
      turnStartedAt = now()
      nextTurn = undefined
      setImmediate(() => {
        if (nextTurn === undefined) turnStartedAt = undefined
      }).unref()
      resolve()
    })
  }))
}
