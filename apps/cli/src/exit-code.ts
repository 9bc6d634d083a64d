/** What the process says to whoever started it. */
export const ExitCode = {
  finished: 0,
  /** A node threw, a limit was reached, or the file of the graph could not be run; or it would break a thread; or the database is damaged. */
  graphFailed: 1,
  usage: 2,
  /** The graph waits: for an answer, or at a breakpoint. */
  interrupted: 3,
  /** A thread, a checkpoint or the database is missing or cannot be read. */
  notFound: 4,
  /** Ctrl+C; what had finished is saved. */
  stopped: 130,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

export const exitCodesHelp = `Exit codes:
  0    finished
  1    the graph failed, or would break a thread; the database is damaged
  2    the command line is wrong
  3    stopped at an interrupt: waiting for an answer
  4    thread, checkpoint or database not found or unreadable
  130  stopped by Ctrl+C; what had finished is saved, "cairn resume" goes on`
