import { INTERRUPT, type Question, type Run, type RunListener, type Task } from '@cairn/engine'
import { isSeen, readKeys, writesAny } from './emitter.ts'

/** What `invoke` returns: the last values a stream would have given, without building the others. */
export class LastValues implements RunListener {
  readonly #keys: string | readonly string[]
  readonly #keySet: ReadonlySet<string>
  #last: Pick<Run, 'plan' | 'state'> | undefined
  #questions: Question[] | undefined

  constructor(keys: string | readonly string[]) {
    this.#keys = keys
    this.#keySet = new Set([keys].flat())
  }

  resumed(run: Run): void {
    this.#take(run)
  }

  applied(run: Run, tasks: readonly Task[]): void {
    if (writesAny(tasks, this.#keySet)) this.#take(run)
  }

  interrupted(run: Run, tasks: readonly Task[]): void {
    if (writesAny(tasks.filter(isSeen), this.#keySet)) this.#take(run)
    this.#questions = tasks.flatMap(({ origin, questions }) => (origin.kind === 'call' ? [] : questions))
  }

  paused(): void {
    this.#questions = []
  }

  /** The values, with the open questions under `__interrupt__`; `undefined` when nothing was ever written. */
  get result(): unknown {
    const values = this.#last === undefined ? undefined : readKeys(this.#last, this.#keys)
    if (this.#questions === undefined) return values
    if (values === undefined || values === null) return { [INTERRUPT]: this.#questions }
    return typeof values === 'object' ? { ...values, [INTERRUPT]: this.#questions } : values
  }

  #take(run: Run): void {
    this.#last = { plan: run.plan, state: run.state }
  }
}
