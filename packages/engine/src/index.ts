export { advance, updateChannel, type Advance, type AppliedTask } from './advance.ts'
export { Attempt, type AttemptHost, type Call } from './attempt.ts'
export { EMPTY, UNCHANGED, type Channel, type ChannelTraits, type Empty, type Unchanged } from './channel.ts'
export { anyValue } from './channels/any-value.ts'
export { barrier, type BarrierContent, type BarrierOptions } from './channels/barrier.ts'
export { deferredValue, type DeferredContent } from './channels/deferred-value.ts'
export { ephemeral } from './channels/ephemeral.ts'
export { lastValue } from './channels/last-value.ts'
export { reducer, type ReducerOptions } from './channels/reducer.ts'
export { topic, type TopicContent } from './channels/topic.ts'
export { untracked } from './channels/untracked.ts'
export { systemClock, type Clock } from './clock.ts'
export { compareCodePoints } from './code-point-order.ts'
export {
  CONTROL_POSITION,
  ERROR,
  ERROR_SOURCE_NODE,
  INPUT,
  INTERRUPT,
  NO_WRITES,
  NULL_TASK_ID,
  RESUME,
  RETURN,
  SCHEDULED,
  SENDS,
  START,
  isTaskOutput,
} from './control.ts'
export { dueTasks, type Due, type SendPacket } from './due.ts'
export {
  AmbiguousResumeError,
  EngineError,
  InvalidPlanError,
  InvalidUpdateError,
  LostTaskError,
  NothingToRunError,
  StaleResumeError,
  StepLimitError,
  TaskEndedError,
  TaskTimeoutError,
  UnknownNodeError,
} from './errors.ts'
export { turnWhenDue } from './turn.ts'
export { HeldThread } from './held-thread.ts'
export { holdThread, type HoldOptions } from './hold-thread.ts'
export {
  bringUp,
  incompatibilities,
  incompatible,
  isSameShape,
  migratedCheckpoint,
  nestedIncompatibilities,
  presentTaskIds,
  type BringUpOptions,
  type BroughtUp,
  type LoadLine,
  type MigratedCheckpoint,
  type PresentTask,
} from './versions/bring-up.ts'
export { formerNames, isEdit, type FormerNames } from './versions/former-names.ts'
export {
  IncompatibleGraphError,
  describeLoss,
  suggestedMigration,
  type IncompatibleAt,
  type IncompatibleGraph,
} from './versions/incompatible-graph-error.ts'
export { type Loss } from './versions/lost-work.ts'
export { migrationPath, type Migration, type Renamed } from './versions/migration.ts'
export {
  nestedPlans,
  readShape,
  shapeOf,
  type ChannelShape,
  type NodeShape,
  type PlanShape,
} from './versions/plan-shape.ts'
export { VERSION_KEY, versionOf, type Standstill } from './versions/standstill.ts'
export { systemIds, uuid5, type Ids } from './ids.ts'
export { type Durability } from './journal.ts'
export { HeadMovedError, LeaseLostError, RunSupersededError, ThreadBusyError } from './lease-errors.ts'
export {
  type Hold,
  type Holder,
  type Lease,
  type LeaseAnswer,
  type LeaseRequest,
  type Leases,
  type OnBusy,
} from './lease.ts'
export { type Diagnostic, type RunListener } from './listener.ts'
export {
  createPlan,
  type NodeBody,
  type NodeDefinition,
  type Plan,
  type PlanDefinition,
  type PlanNode,
} from './plan.ts'
export { backoffMs, type RetryPolicy } from './retry.ts'
export { Run } from './run.ts'
export { type RunOptions, type RunResult } from './run-options.ts'
export {
  atHead,
  openQuestions,
  type Answer,
  type OpenQuestion,
  type Position,
  type RunStart,
} from './run-start.ts'
export { type Thrown } from './scheduler.ts'
export {
  type CheckpointDraft,
  type DraftedCheckpoint,
  type LastSnapshot,
  type Snapshot,
  type Snapshots,
  type SnapshotsBeginning,
} from './snapshots.ts'
export { emptyState, readChannel, readChannels, restoreState, type State } from './state.ts'
export {
  type Awaitable,
  type CheckpointMetadata,
  type CheckpointOutline,
  type CheckpointSource,
  type Commit,
  type Line,
  type ListQuery,
  type NewCheckpoint,
  type PendingWrite,
  type SeenVersions,
  type Store,
  type StoredCheckpoint,
  type StoredShape,
  type TaskWrites,
  type Version,
} from './store.ts'
export { Task, type Question, type TaskOrigin, type TaskOutcome, type TaskPath } from './task.ts'
export { type TimeoutPolicy } from './timeout.ts'
export { UnstorableValueError } from './unstorable-value-error.ts'
export { UnknownParentError } from './unknown-parent-error.ts'
export { type Write } from './write.ts'
