// With `exit` durability only the last checkpoint is kept, and delta channels are rebuilt from writes: those of the
// whole run lie beside the checkpoint that it began from, under ids and paths that keep their order.
import { NULL_TASK_ID, type PendingWrite, type TaskWrites, type Write } from '@cairn/engine'

interface ExitWrite {
  readonly step: number
  readonly taskId: string
  readonly taskPath: string
  readonly write: Write
}

/** Stands for the null id, under which readers look for writes of commands. */
const NO_TASK_ID = '00000000-0000-0000-0000-000000000001'

export class ExitWrites {
  /** `task channel` of what is kept already beside the checkpoint that the run began from. */
  readonly #kept: ReadonlySet<string>
  #command: readonly Write[] = []
  #firstStep: number | undefined
  readonly #writes: ExitWrite[] = []

  constructor(kept: readonly PendingWrite[]) {
    const ofTasks = kept.filter(([taskId]) => taskId !== NULL_TASK_ID)
    this.#kept = new Set(ofTasks.map(([taskId, channel]) => `${taskId} ${channel}`))
  }

  get channels(): string[] {
    return this.#writes.map(({ write }) => write[0])
  }

  addCommand(writes: readonly Write[]): void {
    this.#command = writes
  }

  /** A superstep was applied, or the run ended before one was. */
  begin(step: number): void {
    if (this.#firstStep !== undefined) return
    this.#firstStep = step
    this.add(step, NULL_TASK_ID, '', this.#command)
  }

  addTask(step: number, taskId: string, taskPath: string, writes: readonly Write[]): void {
    const isFirst = step === this.#firstStep
    if (isFirst && taskId === NULL_TASK_ID) return // the command, which has come already
    this.add(
      step,
      taskId,
      taskPath,
      isFirst ? writes.filter(([channel]) => !this.#kept.has(`${taskId} ${channel}`)) : writes,
    )
  }

  add(step: number, taskId: string, taskPath: string, writes: readonly Write[]): void {
    for (const write of writes) this.#writes.push({ step, taskId, taskPath, write })
  }

  /** Writes to the channels that are to be kept so, for the store. */
  writesFor(checkpointId: string, isWanted: (channel: string) => boolean): TaskWrites[] {
    const tasks = new Map<string, TaskWrites & { readonly writes: Write[] }>()
    for (const { step, taskId, taskPath, write } of this.#writes) {
      if (!isWanted(write[0])) continue
      const place = this.#placeOf(step, taskId, taskPath)
      const key = `${place.taskId} ${place.taskPath}`
      const task = tasks.get(key)
      if (task === undefined) tasks.set(key, { checkpointId, ...place, writes: [write] })
      else task.writes.push(write)
    }
    return [...tasks.values()]
  }

  /** Writes of the first superstep stand among those kept before; the later ones follow, superstep by superstep. */
  #placeOf(
    step: number,
    taskId: string,
    taskPath: string,
  ): { readonly taskId: string; readonly taskPath: string } {
    const parts = taskId.toLowerCase().split('-')
    const isNull = taskId === NULL_TASK_ID
    if (isNull || step === this.#firstStep) {
      const id = [String(step).padStart(8, '0'), ...parts.slice(1)].join('-')
      return { taskId: id === NULL_TASK_ID ? NO_TASK_ID : id, taskPath: isNull ? '' : taskPath }
    }
    const id = ['ffffffff', hex(step >> 16), hex(step & 0xffff), ...parts.slice(3)].join('-')
    return { taskId: id, taskPath: `~~${String(step).padStart(10, '0')}${taskPath}` }
  }
}

function hex(number: number): string {
  return number.toString(16).padStart(4, '0')
}
