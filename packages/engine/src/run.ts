// One run of a plan on one line of checkpoints: plan, run, apply, commit, tell; again until no task is due.
//   R1. A checkpoint is made only at the barrier, so it never holds half a superstep.
//   R2. A task that the store knows to have finished is not run again.
//   R3. The loop waits only where it says `await`: for a node that returned a promise, for a store that did,
//       and for the event loop when it was kept too long.
//   R4. What a node, a store or a listener throws ends the run; what was finished by then is kept.
import { acceptedWrites } from './accepted-writes.ts'
import { advance, type Advance } from './advance.ts'
import type { Call } from './attempt.ts'
import { beginningOf, type Beginning } from './beginning.ts'
import { Breakpoints } from './breakpoints.ts'
import { systemClock, type Clock } from './clock.ts'
import { ERROR, INTERRUPT, NULL_TASK_ID, RESUME, isTaskOutput } from './control.ts'
import { dueTasks, unknownTargets, type Due } from './due.ts'
import { EarlierTasks } from './earlier-tasks.ts'
import { NothingToRunError, StepLimitError, UnknownNodeError } from './errors.ts'
import { systemIds } from './ids.ts'
import { Journal } from './journal.ts'
import type { RunListener } from './listener.ts'
import type { Plan } from './plan.ts'
import type { RunOptions, RunResult } from './run-options.ts'
import { RunSignal } from './run-signal.ts'
import {
  answeredBy,
  checkAnswer,
  commandRecords,
  openQuestions,
  sameQuestions,
  withRecords,
  type Answer,
  type OpenQuestion,
  type RunStart,
} from './run-start.ts'
import { Scheduler } from './scheduler.ts'
import { stalledJoins } from './stalled-joins.ts'
import type { CheckpointDraft, Snapshots } from './snapshots.ts'
import { emptyState, readChannels, restoreState, withVersions, type State } from './state.ts'
import type { CheckpointMetadata, CheckpointSource, PendingWrite } from './store.ts'
import { Task, byPath } from './task.ts'
import { TaskNames } from './task-names.ts'
import { turnWhenDue } from './turn.ts'
import { formerNames, type FormerNames } from './versions/former-names.ts'
import type { Write } from './write.ts'

export class Run {
  readonly plan: Plan
  readonly options: RunOptions
  readonly journal: Journal
  readonly clock: Clock
  readonly #signal: RunSignal
  readonly #listener: RunListener
  readonly #scheduler: Scheduler
  readonly #names: TaskNames
  readonly #breakpoints: Breakpoints
  readonly #lastStep: number
  #state: State
  /** Set when `#state` runs ahead of it. */
  #barrierState: State | undefined
  #step: number
  #tasks: Task[] = []
  /** Slots that the last barrier updated; without them every node is looked at. */
  #updated: readonly number[] | undefined
  /** Writes found beside the loaded checkpoint; gone after the first barrier. */
  #pending: readonly PendingWrite[]
  #earlier = new EarlierTasks([])
  #isResuming = false

  constructor(options: RunOptions) {
    const { plan, loaded, ids = systemIds } = options
    this.plan = plan
    this.options = options
    this.clock = options.clock ?? systemClock
    this.#signal = new RunSignal(options.signal)
    this.#listener = options.listener ?? {}
    this.#state = loaded === undefined ? emptyState(plan) : restoreState(plan, loaded)
    this.#pending = loaded?.writes ?? []
    this.#step = (loaded?.metadata.step ?? -2) + 1
    this.#lastStep = this.#step + options.stepLimit + 1
    this.#names = new TaskNames(this, ids)
    this.#breakpoints = new Breakpoints(plan, loaded)
    this.journal = new Journal({
      plan,
      store: options.store,
      line: options.line,
      held: options.held,
      durability: options.durability ?? 'async',
      loaded,
      state: this.#state,
      ids,
      clock: this.clock,
      snapshots: options.snapshots,
      rebuilt: options.rebuilt,
      onMoved: (draft) => this.#move(draft),
      onFailure: (error) => this.#scheduler.stop(error),
    })
    this.#scheduler = new Scheduler({
      context: options.context,
      clock: this.clock,
      signal: this.#signal,
      maxConcurrency: options.maxConcurrency,
      retry: options.retry,
      classify: (error) => options.classify?.(error) ?? { kind: 'failed' },
      onSettled: (task) => this.#settled(task),
      onAbandoned: (task) => this.journal.recordAbandoned(task),
      handlerFor: (failed, error) => this.#handlerFor(failed, error),
      calledTask: (caller, index, call) => this.#calledTask(caller, index, call),
    })
    options.held?.onLost((error) => this.#scheduler.stop(error))
  }

  get state(): State {
    return this.#state
  }

  /** The state without what finished tasks of a superstep wrote that stopped to ask. */
  get barrierState(): State {
    return this.#barrierState ?? this.#state
  }

  /** Number of the superstep that is being planned or run. */
  get step(): number {
    return this.#step
  }

  /** For the tasks that start from a checkpoint which a migration made. */
  get formerNames(): FormerNames | undefined {
    const { loaded } = this.options
    return loaded?.id === this.journal.checkpointId ? formerNames(loaded) : undefined
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

  /** Where a task, and what it keeps in lines of its own, belongs: `node:id`, after the namespace around it. */
  namespaceOf(task: Task): string {
    return this.#names.namespaceOf(task)
  }

  /**
   * Runs to the end, to a question or to a breakpoint.
   * @throws what a node or the store threw, and the engine's errors; an `AggregateError` of both when a node
   *   failed and then what it left could not be kept
   */
  async execute(): Promise<RunResult> {
    try {
      const beginning = this.#begin()
      if (beginning !== undefined) await beginning
      const result = await this.#loop()
      if (result.kind === 'finished' && this.options.isPassing === true) this.journal.forget()
      const settling = this.journal.settle()
      if (settling !== undefined) await settling
      return result
    } catch (error) {
      throw await this.#afterFailing(error)
    } finally {
      this.#scheduler.close()
    }
  }

  async #loop(): Promise<RunResult> {
    for (;;) {
      this.#signal.throwIfAborted()
      if (this.#step > this.#lastStep) throw this.#stepLimitError()
      this.#plan()
      if (this.#tasks.length === 0) return this.#finish()
      this.#restoreFinished()
      if (this.#tasks.some((task) => !task.isSettled)) {
        if (this.#breaksAt(this.options.interruptBefore)) return this.#pause()
        const reason = this.options.drainReason?.()
        if (reason !== undefined) return { kind: 'drained', reason }
        const { keeping } = this.journal
        if (keeping !== undefined && this.#tasks.some(runsCode)) {
          await keeping
          const turn = this.#turn() // what was kept of all runs together may have taken long
          if (turn !== undefined) await turn
        }
        const running = this.#start()
        if (running !== undefined) await running
        const stopped = this.#stopped()
        if (stopped !== undefined) return stopped
      }
      const committing = this.#apply()
      if (committing !== undefined) await committing
      this.#listener.applied?.(this, this.#tasks)
      if (this.#breaksAt(this.options.interruptAfter)) return this.#pause()
      const turn = this.#turn()
      if (turn !== undefined) await turn
    }
  }

  /** A promise only when the event loop was kept too long. */
  #turn(): void | Promise<void> {
    if (this.options.keepsTurn === true) return
    const turn = turnWhenDue()
    return turn === undefined ? undefined : this.#turns(turn)
  }

  async #turns(first: Promise<void>): Promise<void> {
    for (let turn: Promise<void> | undefined = first; turn !== undefined; turn = turnWhenDue()) await turn
  }

  /** Runs nothing: brings the state to where the first superstep begins. */
  #begin(): void | Promise<void> {
    this.#signal.throwIfAborted()
    const { start, isResuming = false } = this.options
    const isNew = this.#state.newest === 0 && !(start.kind === 'command' && start.writes.length > 0)
    const beginning = beginningOf(this.options, isNew)
    this.#isResuming = beginning.goesOn
    this.#beginSnapshots(beginning)
    this.#forgetAnswers(beginning)
    if (start.kind === 'command') this.#takeCommand(start, beginning)
    const hasCommand = this.#applyCommand()
    if (beginning.reusesFinished) this.#earlier = new EarlierTasks(this.#pending)

    if (beginning.goesOn || (start.kind === 'command' && hasCommand)) return this.#goOn(beginning)
    if (start.kind === 'input' && start.writes.length > 0) return this.#takeInput(start.writes)
    if (!isResuming) throw this.#nothingToRunError()
  }

  #beginSnapshots({ goesOn, forks, reusesFinished }: Beginning): void {
    const { start } = this.options
    const command = start.kind === 'command' ? start.writes : []
    this.#snapshots?.begin({ reusesWrites: goesOn && reusesFinished, command, forks })
  }

  /** Answers of the past; and in a copy of the checkpoint, the questions of tasks that it does not have. */
  #forgetAnswers({ isTravelling, forks }: Beginning): void {
    if (!isTravelling || (this.options.start.kind === 'command' && !forks)) return
    this.#pending = this.#pending.filter(
      ([, channel]) => channel !== RESUME && !(forks && channel === INTERRUPT),
    )
  }

  #takeCommand(start: RunStart & { kind: 'command' }, { forks, reusesFinished }: Beginning): void {
    const { line, isNested = false, interruptBefore = [], interruptAfter = [] } = this.options
    const open = start.answer === undefined ? [] : this.#openQuestionsFor(start.answer)
    if (start.answer !== undefined && !isNested && reusesFinished) {
      const hasBreakpoints = interruptBefore.length > 0 || interruptAfter.length > 0
      checkAnswer(start.answer, open, {
        id: line.threadId,
        mayGoOn: () => start.writes.length > 0 || hasBreakpoints || this.#dueTasks().length > 0,
        nodeOf: (taskId) => this.#dueTasks().find((task) => task.id === taskId)?.name ?? taskId,
      })
    }
    const questions =
      start.answer === undefined || !reusesFinished ? [] : (answeredBy(start.answer, open) ?? [])
    const command = { ...start, writes: acceptedWrites(this.plan, start.writes) }
    // As in LangGraph, a copy of a checkpoint also gets what an earlier command wrote there.
    const records = commandRecords(command, reusesFinished || forks ? this.#pending : [], questions, forks)
    if (!forks) for (const [taskId, writes] of records) this.journal.recordCommand(taskId, writes)
    this.#pending = withRecords(this.#pending, records)
  }

  /**
   * What a plain answer may be for is what was asked aloud: no question of a called task whose caller has stopped at
   * another one before it came to that, unless it is the same.
   */
  #openQuestionsFor(answer: Answer): OpenQuestion[] {
    const open = openQuestions(this.#pending)
    if (answer.kind === 'byId' || open.length < 2) return open
    const callers = new Set(this.#dueTasks().flatMap((task) => [task.id, this.#earlierHandler(task)?.id]))
    const told = openQuestions(
      this.#pending.filter(([taskId, channel]) => channel !== INTERRUPT || callers.has(taskId)),
    )
    return told.length === 0 ? open : [...told, ...sameQuestions(told, open)]
  }

  /** The handler that an earlier run started for this task. */
  #earlierHandler(task: Task): Task | undefined {
    const failure = this.#pending.find(([taskId, channel]) => taskId === task.id && channel === ERROR)
    return failure === undefined ? undefined : this.#handler(task, failure[2])
  }

  /** A command may be older than this run, which then ended before a checkpoint held its writes. */
  #applyCommand(): boolean {
    const writes = this.#pending
      .filter(([taskId]) => taskId === NULL_TASK_ID)
      .map(([, channel, value]): Write => [channel, value])
    if (writes.length === 0) return false
    const result = this.#advance([{ node: undefined, fired: [], writes }])
    this.journal.noteInput(result.state, result.changed)
    return true
  }

  #takeInput(given: readonly Write[]): void | Promise<void> {
    const writes = acceptedWrites(this.plan, given)
    // Tasks left over from before are given up: what triggered them counts as seen. All nodes are looked at, whatever
    // an answer that lay beside the checkpoint has updated just now.
    this.#updated = undefined
    const abandoned = this.#dueTasks().map(({ node, name, fired }) => ({ node, name, fired, writes: [] }))
    const { state, changed } = this.#advance([...abandoned, { node: undefined, fired: [], writes }])
    this.journal.noteAdvance(state, changed, abandoned)
    this.journal.noteInput(state, changed)
    const kept = this.#snapshots?.input(this.#step, writes)
    if (kept !== undefined) this.journal.recordCommand(...kept)
    this.#pending = []
    this.#earlier = new EarlierTasks([])
    return this.#checkpoint('input')
  }

  #goOn({ goesOn, forks }: Beginning): void | Promise<void> {
    this.#breakpoints.pass(this.#state)
    this.journal.markInterruptsSeen()
    this.#updated = undefined
    const forking = forks ? this.#checkpoint('fork') : undefined
    if (forks) this.#recordAnswers()
    const committing = goesOn ? forking : this.#checkpoint('input')
    const telling = this.#listener.resumed?.(this)
    return telling instanceof Promise ? Promise.all([committing, telling]).then(() => undefined) : committing
  }

  /** A copy of a checkpoint was made for an answer: it lies beside the copy. */
  #recordAnswers(): void {
    for (const [taskId, channel, answer] of this.#pending)
      if (channel === RESUME) this.journal.recordCommand(taskId, [[RESUME, answer]])
  }

  #plan(): void {
    const lost = unknownTargets(this.plan, this.#state)
    if (lost.length > 0) throw new UnknownNodeError(lost[0]!, undefined, [...this.plan.nodeByName.keys()])
    this.#tasks = this.#dueTasks()
    this.#listener.planned?.(this, this.#tasks)
  }

  #dueTasks(): Task[] {
    return dueTasks(this.plan, this.#state, this.#updated).map((due) => this.#task(due))
  }

  #task(due: Due): Task {
    if (due.kind === 'trigger') return new Task(due.node, due, due.input, this.#names)
    const timeout = due.packet.timeout === undefined ? undefined : this.options.timeoutOf?.(due.packet)
    return new Task(due.node, due, due.packet.args, this.#names, timeout)
  }

  /** Hands stored writes back to the tasks that finished in an earlier run. */
  #restoreFinished(): void {
    if (this.#earlier.isEmpty) return
    const restored: Task[] = []
    for (const task of this.#tasks) {
      const ending = this.#earlier.endingOf(task.id)
      if (ending?.kind === 'done') {
        task.restore(ending.writes)
        restored.push(task)
      } else if (ending?.kind === 'failed') {
        const handler = this.#handler(task, ending.error)
        if (handler === undefined) continue // the graph has lost it since: the task runs again
        task.settle([], ending)
        this.#tasks.push(handler) // it may have finished too: this loop comes to it
      }
    }
    if (restored.length > 0) this.#listener.restored?.(this, restored)
  }

  #start(): void | Promise<void> {
    const isOpen = (task: Task) => !task.isSettled
    this.#listener.starting?.(this, this.#tasks.filter(isOpen), true)
    const looking = this.options.lookUp?.(this.#tasks.filter(isOpen))
    if (looking === undefined) return this.#scheduler.execute(this.#tasks, this.#step)
    return looking.then((found) => {
      this.#signal.throwIfAborted()
      for (const [task, writes] of found) {
        task.settle(writes, { kind: 'done' })
        this.#settled(task)
      }
      return this.#scheduler.execute(this.#tasks, this.#step)
    })
  }

  /** Questions and messages end the run, once every task of the superstep has settled. */
  #stopped(): RunResult | undefined {
    const own = this.#tasks.filter(({ origin }) => origin.kind !== 'call') // callers pass on what called tasks ask
    const message = this.options.isNested === true ? this.#scheduler.message : undefined
    if (message !== undefined) return { kind: 'escaped', signal: message }
    if (own.some(({ outcome }) => outcome.kind === 'interrupted')) {
      void this.journal.flush() // the questions are told only after they are kept; the end of the run waits for slow stores
      this.#previewFinished()
      this.#listener.interrupted?.(this, this.#tasks)
      // A graph around is told of what called tasks ask besides, as LangGraph does; ids tell that it is the same.
      const asking = this.options.isNested === true ? this.#tasks : own
      return { kind: 'interrupted', questions: asking.flatMap((task) => task.questions) }
    }
    const escaped = own.findLast(({ outcome }) => outcome.kind === 'escaped')?.outcome
    if (escaped?.kind !== 'escaped') return undefined
    // Nobody is around the root to take the message: it goes on without.
    if (this.options.isNested !== true && !escaped.isPaused) return undefined
    return { kind: 'escaped', signal: escaped.signal }
  }

  /** The state with what the tasks have written so far: what the caller sees, and no checkpoint. */
  #previewFinished(): void {
    const written = this.#tasks.filter(
      ({ outcome: { kind }, writes }) => kind === 'done' || (kind === 'interrupted' && hasOutput(writes)),
    )
    if (written.length === 0) return
    this.#barrierState = this.#state
    this.#state = advance(this.plan, this.#state, written.toSorted(byPath)).state
  }

  #apply(): void | Promise<void> {
    const applied = this.#tasks.length > 1 ? this.#tasks.toSorted(byPath) : this.#tasks
    const { state, changed } = this.#advance(applied)
    this.journal.noteAdvance(state, changed, applied)
    this.#snapshots?.superstep(this.#step, applied)
    if (this.#pending.length > 0) {
      this.#pending = []
      this.#earlier = new EarlierTasks([])
    }
    this.#isResuming = false
    return this.#checkpoint('loop')
  }

  get #snapshots(): Snapshots | undefined {
    return this.options.store === undefined ? undefined : this.options.snapshots
  }

  #move(draft: CheckpointDraft): void {
    this.#state = withVersions(this.plan, this.#state, draft)
    this.#breakpoints.move(this.plan, draft.seen)
  }

  #advance(tasks: Parameters<typeof advance>[2]): Advance {
    const result = advance(this.plan, this.#state, tasks)
    this.#state = result.state
    this.#updated = result.updated
    return result
  }

  #checkpoint(source: CheckpointSource): void | Promise<void> {
    const { parents = noParents } = this.options
    const metadata: CheckpointMetadata = { source, step: this.#step, parents }
    const committing = this.journal.checkpoint(this.#state, metadata, this.#updated)
    this.#step++
    return committing
  }

  #settled(task: Task): void {
    if (this.plan.acceptingSlots.length > 0) task.accept(acceptedWrites(this.plan, task.writes))
    const failedWithRun = task.outcome.kind === 'failed' && this.#signal.isAborted
    const announce =
      this.#listener.settled === undefined ? undefined : () => this.#listener.settled!(this, task)
    if (failedWithRun) announce?.()
    else this.journal.recordTask(task, announce)
  }

  #handlerFor(failed: Task, error: unknown): Task | undefined {
    const handler = this.#handler(failed, error)
    if (handler === undefined) return undefined
    this.#tasks.push(handler)
    this.#listener.starting?.(this, [handler], false)
    return handler
  }

  #handler(failed: Task, error: unknown): Task | undefined {
    const { node, origin, input } = failed
    if (node.errorHandler === undefined || origin.kind === 'handler' || origin.kind === 'call')
      return undefined
    const handlerNode = this.plan.nodeByName.get(node.errorHandler)!
    return new Task(handlerNode, { kind: 'handler', failed, error }, input, this.#names)
  }

  #calledTask(caller: Task, index: number, call: Call): Task {
    const origin = { kind: 'call', caller, index, name: call.name } as const
    const task = new Task(caller.node, origin, call.input, this.#names, call.timeout)
    this.#tasks.push(task)
    const ending = this.#earlier.isEmpty ? undefined : this.#earlier.endingOf(task.id)
    if (ending?.kind === 'done') {
      task.restore(ending.writes)
      this.#listener.restored?.(this, [task])
    } else this.#listener.starting?.(this, [task], false)
    return task
  }

  #breaksAt(nodes: RunOptions['interruptBefore']): boolean {
    return nodes !== undefined && this.#breakpoints.stop(nodes, this.#state, this.#tasks)
  }

  #pause(): RunResult {
    this.#listener.paused?.(this)
    return { kind: 'paused' }
  }

  #finish(): RunResult {
    if (this.#listener.diagnosed !== undefined) {
      for (const diagnostic of stalledJoins(this.plan, this.#state))
        this.#listener.diagnosed(this, diagnostic)
    }
    return { kind: 'finished' }
  }

  /** What was finished is kept before the run fails; when that fails too, for another reason, both are told. */
  async #afterFailing(error: unknown): Promise<unknown> {
    try {
      await this.journal.settle()
      return error
    } catch (lost) {
      if (lost === error || (error instanceof AggregateError && error.errors.includes(lost))) return error
      const message = `The run failed, and what it left could not be kept. See the "errors" field of this exception.`
      return new AggregateError([error, lost], message)
    }
  }

  #stepLimitError(): StepLimitError {
    const { line, stepLimit, store } = this.options
    const at = {
      step: this.#step - 1,
      ...(store !== undefined && { threadId: line.threadId, checkpointId: this.journal.checkpointId }),
    }
    const state = readChannels(this.plan, this.#state, this.plan.storedSlots)
    return new StepLimitError(
      stepLimit,
      at,
      state,
      this.#dueTasks().map(({ name }) => name),
    )
  }

  #nothingToRunError(): NothingToRunError {
    const { line, store } = this.options
    return new NothingToRunError(
      `There is nothing to go on from${store === undefined ? '' : ` in thread "${line.threadId}"`}, and no input to begin with. ` +
        'Invoke it with an input first; null goes on with a thread that was saved.',
    )
  }
}

function hasOutput(writes: readonly Write[]): boolean {
  return writes.some(([channel]) => isTaskOutput(channel))
}

const noParents: Readonly<Record<string, string>> = {}

/** Machinery has no effects that could come before what led to them is kept. */
function runsCode(task: Task): boolean {
  return !task.isSettled && task.node.isHidden !== true
}
