// Names of the writes that steer a run instead of changing its state. They are the ones LangGraph stores, so
// that a thread begun on either engine goes on on the other.

/** The questions a task stopped with. */
export const INTERRUPT = '__interrupt__'
/** The answers a task has been given so far. */
export const RESUME = '__resume__'
/** Why a task failed: `{ message, name }`. */
export const ERROR = '__error__'
/** The node that failed, when an error handler is to take over. */
export const ERROR_SOURCE_NODE = '__error_source_node__'
/** Stands for "finished, and wrote nothing". */
export const NO_WRITES = '__no_writes__'
/** The result of a task that another task called. */
export const RETURN = '__return__'
/** Only savers know it; the engine never writes it. */
export const SCHEDULED = '__scheduled__'
/** The channel of the input. */
export const START = '__start__'
/** The channel of the sends. */
export const SENDS = '__pregel_tasks'
/** The pseudo-node that writes an input. */
export const INPUT = '__input__'
/** Writes with this task id belong to no task: a command's update, its destinations, its answer. */
export const NULL_TASK_ID = '00000000-0000-0000-0000-000000000000'

/**
 * Fixed position of a control write among a task's writes; any other write stands at its own index.
 * Exactly one write per task stands at each negative position.
 */
export const CONTROL_POSITION: ReadonlyMap<string, number> = new Map([
  [ERROR, -1],
  [SCHEDULED, -2],
  [INTERRUPT, -3],
  [RESUME, -4],
])

const withoutOutput = new Set([ERROR, ERROR_SOURCE_NODE, INTERRUPT, RESUME])

/** Whether a write to this channel shows that its task finished. */
export function isTaskOutput(channel: string): boolean {
  return !withoutOutput.has(channel)
}
