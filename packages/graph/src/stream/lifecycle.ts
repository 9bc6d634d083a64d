import type { CallbackManagerForChainRun } from '@langchain/core/callbacks/manager'
import { GraphCallbackHandler, type GraphInterruptEvent, type GraphResumeEvent } from '@langchain/langgraph'
import type { Run, RunListener, Task } from '@cairn/engine'

type Told = GraphInterruptEvent | GraphResumeEvent

/** Tells `GraphCallbackHandler`s when a run stops to ask or goes on. */
export class Lifecycle implements RunListener {
  readonly #handlers: readonly GraphCallbackHandler[]
  readonly #runId: string
  readonly #isNested: boolean
  #telling: Promise<void> = Promise.resolve()

  private constructor(handlers: readonly GraphCallbackHandler[], runId: string, isNested: boolean) {
    this.#handlers = handlers
    this.#runId = runId
    this.#isNested = isNested
  }

  /** `undefined` when nobody listens. */
  static of(manager: CallbackManagerForChainRun | undefined, isNested: boolean): Lifecycle | undefined {
    const handlers = manager?.handlers.filter((handler) => GraphCallbackHandler.isInstance(handler)) ?? []
    return handlers.length === 0 ? undefined : new Lifecycle(handlers, manager!.runId, isNested)
  }

  resumed(run: Run): void {
    if (!run.isResuming) return
    this.#tell((handler) => handler.handleResume?.(this.#event(run, 'pending')))
  }

  interrupted(run: Run, tasks: readonly Task[]): void {
    if (this.#isNested) return // the graph around this one asks in its stead
    const interrupts = tasks.flatMap(({ origin, questions }) => (origin.kind === 'call' ? [] : questions))
    this.#tell((handler) =>
      handler.handleInterrupt?.({ ...this.#event(run, 'pending'), interrupts: [...interrupts] } as never),
    )
  }

  paused(run: Run): void {
    if (this.#isNested) return
    const status = run.tasks.every((task) => task.isSettled) ? 'interrupt_after' : 'interrupt_before'
    this.#tell((handler) => handler.handleInterrupt?.({ ...this.#event(run, status), interrupts: [] }))
  }

  /** Resolves once every handler has been told. @throws what a handler with `raiseError` threw */
  async told(): Promise<void> {
    await this.#telling
  }

  #event(run: Run, status: Told['status']): GraphResumeEvent {
    const { namespace } = run.journal.line
    return {
      runId: this.#runId,
      status,
      checkpointId: run.journal.checkpointId,
      checkpointNs: namespace === '' ? [] : namespace.split('|'),
    }
  }

  #tell(call: (handler: GraphCallbackHandler) => unknown): void {
    this.#telling = this.#telling.then(async () => {
      for (const handler of this.#handlers) {
        try {
          await call(handler)
        } catch (error) {
          if (handler.raiseError) throw error
          process.emitWarning(
            `The handler "${handler.name}" failed when it was told of an interrupt or a resume: ${String(error)}`,
            {
              type: 'CairnWarning',
              code: 'CAIRN_HANDLER_FAILED',
            },
          )
        }
      }
    })
    this.#telling.catch(() => undefined)
  }
}
