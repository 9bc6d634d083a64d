// One run of a plan on one line of checkpoints: plan, run, apply, commit, tell; again until no task is due.
//   R1. A checkpoint is made only at the barrier, so it never holds half a superstep.
//   R2. A task that the store knows to have finished is not run again.
//   R3. The loop waits only where it says `await`: for a node that returned a promise, for a store that did,
//       and for the event loop when it was kept too long.
import { advance, type Advance } from './advance.ts'
import type { Call } from './attempt.ts'
import { systemClock, type Clock } from './clock.ts'
import { ERROR, ERROR_SOURCE_NODE, NULL_TASK_ID, RESUME, isTaskOutput } from './control.ts'
import { dueTasks, type Due, type SendPacket } from './due.ts'
import { NothingToRunError, StepLimitError } from './errors.ts'
import { systemIds, type Ids } from './ids.ts'
import { Journal, type Durability } from './journal.ts'
import type { RunListener } from './listener.ts'
import type { Plan } from './plan.ts'
import type { RetryPolicy } from './retry.ts'
import {
  answerWrites,
  atHead,
  checkAnswer,
  openQuestions,
  type Position,
  type RunStart,
} from './run-start.ts'
import { Scheduler, type Thrown } from './scheduler.ts'
import { emptyState, readChannels, restoreState, type State } from './state.ts'
import type {
  CheckpointMetadata,
  CheckpointSource,
  Line,
  PendingWrite,
  Store,
  StoredCheckpoint,
} from './store.ts'
import { Task, byPath, questionsWrite, type Question, type TaskNaming } from './task.ts'
import type { TimeoutPolicy } from './timeout.ts'
import { turnWhenDue } from './turn.ts'
import type { Write } from './write.ts'

export interface RunOptions {
  readonly plan: Plan
  readonly start: RunStart
  readonly line: Line
  /** Without one, nothing is kept and nothing can be resumed. */
  readonly store?: Store | undefined
  /** The checkpoint to begin from, as the store gave it. Default: none, a new thread. */
  readonly loaded?: StoredCheckpoint | undefined
  /** Default: the newest checkpoint of the line. */
  readonly position?: Position
  readonly durability?: Durability
  /** Supersteps after which a run that has not ended fails. */
  readonly stepLimit: number
  /** Nodes before, and after, which the run stops; `*` for all that are not hidden. */
  readonly interruptBefore?: readonly string[] | '*'
  readonly interruptAfter?: readonly string[] | '*'
  readonly maxConcurrency?: number | undefined
  readonly retry?: RetryPolicy | undefined
  /** Aborted by the run when it fails, and by the caller to stop it: the run then fails with the signal's reason. */
  readonly controller?: AbortController
  /** The graph around this one runs on from a checkpoint. */
  readonly isResuming?: boolean
  readonly isNested?: boolean
  /** namespace → checkpoint id of every graph around this one. */
  readonly parents?: Readonly<Record<string, string>>
  /** For the nodes: each attempt carries it. */
  readonly context?: unknown
  /** Asked before each superstep; a reason stops the run there. */
  drainReason?(): string | undefined
  /** What an error that leaves a node means. Default: it failed. */
  classify?(error: unknown): Thrown
  timeoutOf?(packet: SendPacket): TimeoutPolicy | undefined
  readonly listener?: RunListener
  readonly clock?: Clock
  readonly ids?: Ids
}

export type RunResult =
  | { readonly kind: 'finished' }
  /** Tasks asked; `questions` is what the caller has to answer. */
  | { readonly kind: 'interrupted'; readonly questions: readonly Question[] }
  /** Stopped at a static breakpoint. */
  | { readonly kind: 'paused' }
  | { readonly kind: 'drained'; readonly reason: string }
  /** A task had a message for the graph around this one. */
  | { readonly kind: 'escaped'; readonly signal: Error }

export class Run implements TaskNaming {
  readonly plan: Plan
  readonly options: RunOptions
  readonly journal: Journal
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly #ids: Ids
  readonly #listener: RunListener
  readonly #scheduler: Scheduler
  readonly #lastStep: number
  #state: State
  #step: number
  #tasks: Task[] = []
  /** Writes found beside the loaded checkpoint; gone after the first barrier. */
  #pending: readonly PendingWrite[]
  #updated: readonly number[] | undefined
  /** Versions at the last resume: static breakpoints wait for something newer. */
  #interruptSeen: readonly number[] | undefined
  #reusesFinished = true
  #isResuming = false

  constructor(options: RunOptions) {
    const { plan, loaded, controller = new AbortController() } = options
    this.plan = plan
    this.options = options
    this.clock = options.clock ?? systemClock
    this.signal = controller.signal
    this.#ids = options.ids ?? systemIds
    this.#listener = options.listener ?? {}
    this.#state = loaded === undefined ? emptyState(plan) : restoreState(plan, loaded)
    this.#pending = loaded?.writes ?? []
    this.#step = (loaded?.metadata.step ?? -2) + 1
    this.#lastStep = this.#step + options.stepLimit + 1
    this.#interruptSeen = seenByInterrupts(plan, loaded)
    this.journal = new Journal({
      plan,
      store: options.store,
      line: options.line,
      durability: options.durability ?? 'async',
      loaded,
      ids: this.#ids,
      onFailure: (error) => this.#scheduler.stop(error),
    })
    this.#scheduler = new Scheduler({
      context: options.context,
      clock: this.clock,
      controller,
      maxConcurrency: options.maxConcurrency,
      retry: options.retry,
      classify: (error) => options.classify?.(error) ?? { kind: 'failed' },
      onSettled: (task) => this.#settled(task),
      handlerFor: (failed, error) => this.#handlerFor(failed, error),
      calledTask: (caller, index, call) => this.#calledTask(caller, index, call),
    })
    this.signal.addEventListener('abort', () => this.#scheduler.stop(this.signal.reason), { once: true })
  }

  get state(): State {
    return this.#state
  }

  /** Number of the superstep that is being planned or run. */
  get step(): number {
    return this.#step
  }

  /** Tasks of the present superstep, in the order in which they were planned. */
  get tasks(): readonly Task[] {
    return this.#tasks
  }

  /** The run went on from a checkpoint, and no superstep has been applied since. */
  get isResuming(): boolean {
    return this.#isResuming
  }

  /** Writes beside the checkpoint that the present tasks start from, as far as they come from an earlier run. */
  get pending(): readonly PendingWrite[] {
    return this.#pending
  }

  /**
   * Runs to the end, to a question or to a breakpoint.
   * @throws what a node or the store threw, and the engine's errors.
   */
  async execute(): Promise<RunResult> {
    try {
      const beginning = this.#begin()
      if (beginning !== undefined) await beginning
      const result = await this.#loop()
      await this.journal.settle()
      return result
    } catch (error) {
      await this.journal.settle()
      throw error
    }
  }

  async #loop(): Promise<RunResult> {
    for (;;) {
      if (this.#step > this.#lastStep) throw this.#stepLimitError()
      this.#plan()
      if (this.#tasks.length === 0) return this.#finish()
      this.#restoreFinished()
      if (this.#tasks.some((task) => !task.isSettled)) {
        if (this.#breaksAt(this.options.interruptBefore)) return this.#pause()
        const reason = this.options.drainReason?.()
        if (reason !== undefined) return { kind: 'drained', reason }
        this.#listener.starting?.(this, this.#tasks)
        const running = this.#scheduler.execute(this.#tasks, this.#step)
        if (running !== undefined) await running
        const stopped = this.#stopped()
        if (stopped !== undefined) return stopped
      }
      const committing = this.#apply()
      if (committing !== undefined) await committing
      this.#listener.applied?.(this, this.#tasks)
      if (this.#breaksAt(this.options.interruptAfter)) return this.#pause()
      const turn = turnWhenDue()
      if (turn !== undefined) await turn
      if (this.signal.aborted) throw this.signal.reason
    }
  }

  /** Loads nothing and runs nothing: brings the state to where the first superstep begins. */
  #begin(): void | Promise<void> {
    const { start, loaded, position = atHead, isResuming = false } = this.options
    if (this.signal.aborted) throw this.signal.reason
    const answer = start.kind === 'command' ? start.answer : undefined
    const isHead = position.isAddressed && !position.isSuperseded && !isEdit(loaded)
    const isTravelling =
      position.isAddressed && (position.isNestedAddress || !(answer !== undefined || isResuming || isHead))
    this.#reusesFinished = !isTravelling && !position.isSuperseded
    this.#isResuming =
      loaded !== undefined &&
      this.#state.newest > 0 &&
      (isResuming || start.kind === 'continue' || answer !== undefined)

    const isCommand = start.kind === 'command'
    const forks =
      isTravelling && (isCommand || this.#isResuming) && (!isEdit(loaded) || position.isSuperseded)
    if (isCommand) this.#takeCommand(start, forks, isTravelling || position.isSuperseded)
    const commandWrites = this.#pending.filter(([taskId]) => taskId === NULL_TASK_ID)
    if (commandWrites.length > 0)
      this.#advanceInput(commandWrites.map(([, channel, value]) => [channel, value]))
    if (isTravelling)
      this.#pending = this.#pending.filter(([, channel]) => channel !== RESUME || (isCommand && !forks))

    if (this.#isResuming || (isCommand && commandWrites.length > 0)) return this.#resume(forks)
    if (start.kind === 'input' && start.writes.length > 0) return this.#takeInput(start.writes)
    if (!isResuming) {
      throw new NothingToRunError(
        `There is nothing to go on from${this.options.store === undefined ? '' : ` in thread "${this.options.line.threadId}"`}, and no input to begin with. ` +
          'Invoke it with an input first; null goes on with a thread that was saved.',
      )
    }
  }

  #takeCommand(start: RunStart & { kind: 'command' }, forks: boolean, isHistory: boolean): void {
    const { answer, writes } = start
    const { isNested = false, interruptBefore = [], interruptAfter = [], line } = this.options
    if (answer !== undefined && !isNested && !isHistory) {
      checkAnswer(answer, openQuestions(this.#pending), {
        id: line.threadId,
        hasBreakpoints: interruptBefore.length > 0 || interruptAfter.length > 0,
        nodeOf: (taskId) => this.#dueTasks().find((task) => task.id === taskId)?.name ?? taskId,
      })
    }
    const own: PendingWrite[] = writes.map(([channel, value]) => [NULL_TASK_ID, channel, value])
    const all = [...own, ...(answer === undefined ? [] : answerWrites(answer, this.#pending))]
    const byTask = byTaskId(all)
    for (const [taskId, taken] of byTask) {
      const pairs = taken.map(([, channel, value]): Write => [channel, value])
      if (!forks) this.journal.record(taskId, '', pairs)
    }
    this.#pending = [...this.#pending.filter(([taskId]) => !byTask.has(taskId)), ...all]
  }

  #takeInput(writes: readonly Write[]): void | Promise<void> {
    // Tasks left over from before are given up: what triggered them counts as seen.
    const abandoned = this.#dueTasks().map(({ node, fired }) => ({ node, fired, writes: [] }))
    const result = advance(this.plan, this.#state, [...abandoned, { node: undefined, fired: [], writes }])
    this.#take(result)
    this.journal.noteAdvance(
      result.state,
      result.changed,
      abandoned.map(({ node }) => ({ node, name: node.name })),
    )
    this.journal.noteInput(result.state, result.changed)
    this.#pending = []
    return this.#checkpoint('input')
  }

  #resume(forks: boolean): void | Promise<void> {
    this.#interruptSeen = this.#state.versions
    this.journal.markInterruptsSeen()
    this.#updated = undefined
    let committing: void | Promise<void> = undefined
    if (forks) committing = this.#checkpoint('fork')
    else if (!this.#isResuming) committing = this.#checkpoint('input')
    this.#listener.resumed?.(this)
    return committing
  }

  #plan(): void {
    this.#tasks = this.#dueTasks()
    this.#listener.planned?.(this, this.#tasks)
  }

  #dueTasks(): Task[] {
    return dueTasks(this.plan, this.#state, this.#updated).map((due) => this.#task(due))
  }

  #task(due: Due): Task {
    if (due.kind === 'trigger') return new Task(due.node, due, due.input, this)
    const timeout = due.packet.timeout === undefined ? undefined : this.options.timeoutOf?.(due.packet)
    return new Task(due.node, due, due.packet.args, this, timeout)
  }

  /** Hands stored writes back to the tasks that finished in an earlier run. */
  #restoreFinished(): void {
    if (!this.#reusesFinished || this.#pending.length === 0) return
    const byTask = byTaskId(this.#pending)
    const restored: Task[] = []
    for (const task of this.#tasks.slice()) {
      const writes = byTask.get(task.id)
      if (writes === undefined) continue
      const output = writes.filter(([, channel]) => isTaskOutput(channel))
      if (output.length > 0) {
        task.restore(output.map(([, channel, value]) => [channel, value]))
        restored.push(task)
      } else if (writes.some(([, channel]) => channel === ERROR_SOURCE_NODE)) {
        const stored = writes.find(([, channel]) => channel === ERROR)?.[2]
        const handler = this.#handlerFor(task, errorFrom(stored))
        if (handler !== undefined) task.settle([], { kind: 'failed', error: errorFrom(stored) })
      }
    }
    if (restored.length > 0) this.#listener.restored?.(this, restored)
  }

  /** Questions and messages end the run, once every task of the superstep has settled. */
  #stopped(): RunResult | undefined {
    const questions = this.#tasks.flatMap((task) => (task.origin.kind === 'call' ? [] : task.questions))
    if (this.#tasks.some((task) => task.outcome.kind === 'interrupted')) {
      this.#previewFinished()
      this.#listener.interrupted?.(this, this.#tasks)
      return { kind: 'interrupted', questions }
    }
    for (const { outcome } of this.#tasks)
      if (outcome.kind === 'escaped') return { kind: 'escaped', signal: outcome.signal }
  }

  /** The state as it would be if the open tasks had written nothing: what the caller sees, and no checkpoint. */
  #previewFinished(): void {
    const finished = this.#tasks.filter((task) => task.outcome.kind === 'done')
    if (finished.length > 0) this.#state = advance(this.plan, this.#state, finished.toSorted(byPath)).state
  }

  #apply(): void | Promise<void> {
    const applied = this.#tasks.length > 1 ? this.#tasks.toSorted(byPath) : this.#tasks
    const result = advance(this.plan, this.#state, applied)
    this.#take(result)
    this.journal.noteAdvance(result.state, result.changed, applied)
    this.#pending = []
    this.#isResuming = false
    return this.#checkpoint('loop')
  }

  #advanceInput(writes: readonly Write[]): void {
    const result = advance(this.plan, this.#state, [{ node: undefined, fired: [], writes }])
    this.#take(result)
    this.journal.noteInput(result.state, result.changed)
  }

  #take({ state, updated }: Advance): void {
    this.#state = state
    this.#updated = updated
  }

  #checkpoint(source: CheckpointSource): void | Promise<void> {
    const metadata: CheckpointMetadata = {
      source,
      step: this.#step,
      parents: this.options.parents ?? noParents,
    }
    const committing = this.journal.checkpoint(this.#state, metadata)
    this.#step++
    return committing
  }

  #settled(task: Task): void {
    if (this.journal.isKeeping) this.#record(task)
    this.#listener.settled?.(this, task)
  }

  #record(task: Task): void {
    const { outcome, writes } = task
    switch (outcome.kind) {
      case 'done':
        return this.journal.record(task.id, task.path, task.storedWrites)
      case 'interrupted': {
        if (outcome.questions.length === 0) return
        const answers = writes.filter(([channel]) => channel === RESUME).slice(-1)
        return this.journal.record(task.id, task.path, [questionsWrite(outcome.questions), ...answers])
      }
      case 'escaped':
        return this.journal.record(task.id, task.path, writes)
      case 'failed':
        if (this.signal.aborted) return // it failed because the run did
        return this.journal.record(task.id, task.path, [...writes, ...failureWrites(task, outcome.error)])
    }
  }

  #handlerFor(failed: Task, error: unknown): Task | undefined {
    const name = failed.origin.kind === 'handler' ? undefined : failed.node.errorHandler
    if (name === undefined || failed.origin.kind === 'call') return undefined
    const handler = new Task(
      this.plan.nodeByName.get(name)!,
      { kind: 'handler', failed, error },
      failed.input,
      this,
    )
    this.#tasks.push(handler)
    this.#listener.starting?.(this, [handler])
    return handler
  }

  #calledTask(caller: Task, index: number, call: Call): Task {
    const task = new Task(
      caller.node,
      { kind: 'call', caller, index, name: call.name },
      call.input,
      this,
      call.timeout,
    )
    const known = this.#tasks.find(({ origin, id }) => origin.kind === 'call' && id === task.id)
    if (known !== undefined) return known
    this.#tasks.push(task)
    const stored = this.#reusesFinished ? this.#pending.filter(([taskId]) => taskId === task.id) : []
    if (stored.some(([, channel]) => isTaskOutput(channel) || channel === ERROR)) {
      task.restore(stored.map(([, channel, value]) => [channel, value]))
      this.#listener.restored?.(this, [task])
    } else this.#listener.starting?.(this, [task])
    return task
  }

  #breaksAt(nodes: readonly string[] | '*' | undefined): boolean {
    if (nodes === undefined || nodes.length === 0) return false
    const seen = this.#interruptSeen
    const isNewer = this.#state.versions.some((version, slot) => version > (seen?.[slot] ?? 0))
    return (
      isNewer &&
      this.#tasks.some(({ node }) => (nodes === '*' ? node.isHidden !== true : nodes.includes(node.name)))
    )
  }

  #pause(): RunResult {
    this.#listener.paused?.(this)
    return { kind: 'paused' }
  }

  #finish(): RunResult {
    if (this.#listener.diagnosed !== undefined) this.#reportStalledJoins()
    return { kind: 'finished' }
  }

  #reportStalledJoins(): void {
    for (const [slot, channel] of this.plan.channels.entries()) {
      const missing = channel.missing?.(this.#state.contents[slot]) ?? []
      if (missing.length === 0) continue
      const nodes = this.plan.subscribers[slot]!.map(({ name }) => name).join(', ')
      this.#listener.diagnosed?.(this, {
        kind: 'stalled-join',
        channel: this.plan.channelNames[slot]!,
        missing,
        message:
          `Graph "${this.plan.name}" ended while "${nodes}" still waits for ${missing.join(', ')}, which did not run. ` +
          'If that is meant, join with addJoin(…, { when: "any" }) or { when: "activated" }.',
      })
    }
  }

  #stepLimitError(): StepLimitError {
    const { line, stepLimit, store } = this.options
    return new StepLimitError(
      stepLimit,
      {
        step: this.#step - 1,
        ...(store !== undefined && { threadId: line.threadId, checkpointId: this.journal.checkpointId }),
      },
      readChannels(this.plan, this.#state, this.plan.storedSlots),
      this.#dueTasks().map(({ name }) => name),
    )
  }

  /** Where a task, and what it keeps in lines of its own, belongs: `node:id`, after the namespace around it. */
  namespaceOf(task: Task): string {
    return `${this.#nameInLine(task)}:${task.id}`
  }

  taskId(task: Task): string {
    if (!this.journal.isKeeping) return this.#ids.passingId()
    const { origin, name, node } = task
    const head = [this.#nameInLine(task), String(this.#step), name]
    const text = (...parts: unknown[]) =>
      this.#ids.taskId(this.journal.checkpointId, JSON.stringify([...head, ...parts]))
    switch (origin.kind) {
      case 'trigger':
        return text('__pregel_pull', [node.triggers[origin.fired[0]!]])
      case 'send':
        return text('__pregel_push', String(origin.index))
      case 'handler':
        return text('__pregel_push', 'node_error_handler', origin.failed.id)
      case 'call':
        return text('__pregel_push', origin.caller.pathParts, origin.index)
    }
  }

  #nameInLine(task: Task): string {
    const { origin, name } = task
    const around = origin.kind === 'call' ? this.namespaceOf(origin.caller) : this.options.line.namespace
    return around === '' ? name : `${around}|${name}`
  }
}

const noParents: Readonly<Record<string, string>> = {}

function isEdit(loaded: StoredCheckpoint | undefined): boolean {
  return loaded?.metadata.source === 'update' || loaded?.metadata.source === 'fork'
}

function seenByInterrupts(plan: Plan, loaded: StoredCheckpoint | undefined): readonly number[] | undefined {
  const seen = loaded?.seen['__interrupt__']
  return seen === undefined ? undefined : plan.channelNames.map((name) => Number(seen[name] ?? 0))
}

function failureWrites(task: Task, error: unknown): Write[] {
  const { message, name } = error instanceof Error ? error : { message: String(error), name: 'Error' }
  const failure: Write = [ERROR, { message, name }]
  return task.node.errorHandler === undefined ? [failure] : [failure, [ERROR_SOURCE_NODE, task.node.name]]
}

function errorFrom(stored: unknown): Error {
  const { message, name } = (stored ?? {}) as { message?: string; name?: string }
  const error = new Error(message ?? String(stored))
  if (name !== undefined) error.name = name
  return error
}

function byTaskId(writes: readonly PendingWrite[]): Map<string, PendingWrite[]> {
  const groups = new Map<string, PendingWrite[]>()
  for (const write of writes) {
    const group = groups.get(write[0])
    if (group === undefined) groups.set(write[0], [write])
    else group.push(write)
  }
  return groups
}
