// Names that LangGraph puts into `config.configurable` for a task, and that its own helpers and nested graphs read.
// None of them is exported by the package; a contract test holds each.

export const TASK_ID = '__pregel_task_id'
/** `(writes: [channel, value][]) => void`: appends to the task's writes. */
export const SEND = '__pregel_send'
/** `(keys, fresh?) => value`: reads channels. Its presence marks a graph as nested. */
export const READ = '__pregel_read'
/** `(func, name, args, options) => Promise`: what `task()` calls. */
export const CALL = '__pregel_call'
/** The saver that a graph lends to those within it. */
export const CHECKPOINTER = '__pregel_checkpointer'
export const SCRATCHPAD = '__pregel_scratchpad'
export const PREVIOUS_STATE = '__pregel_previous'
/** Whether the root run goes on from a checkpoint. */
export const RESUMING = '__pregel_resuming'
/** Interrupt id → answer. */
export const RESUME_MAP = '__pregel_resume_map'
/** Whether the root run refuses answers that do not match the questions which are open. */
export const STRICT_RESUME = '__pregel_strict_resume'
/** Which checkpoint is replayed; finds the checkpoints of nested graphs that belong to it. */
export const REPLAY_STATE = '__pregel_replay_state'
/** Where nested graphs put their chunks when the root streams subgraphs. */
export const STREAM = '__pregel_stream'
export const ABORT_SIGNALS = '__pregel_abort_signals'
export const NODE_ERROR = '__pregel_node_error'
/** `(nodeName) => void`: the caller wants to know when a visible node has finished. */
export const NODE_FINISHED = '__pregel_node_finished'
/** Durability for those who do not say which. */
export const DURABILITY = '__pregel_durability'
/** Cairn's: part of a namespace → what its node is called now, for tasks that had begun under another name. */
export const PRESENT_NAMES = '__cairn_present_names'
export const CHECKPOINT_NAMESPACE = 'checkpoint_ns'
export const CHECKPOINT_ID = 'checkpoint_id'
/** Namespace → checkpoint id of every enclosing graph. */
export const CHECKPOINT_MAP = 'checkpoint_map'

export const HIDDEN_TAG = 'langsmith:hidden'
export const ROOT_CHANNEL = '__root__'
/** The channel that makes a node due. */
export const triggerOf = (node: string): string => `branch:to:${node}`
