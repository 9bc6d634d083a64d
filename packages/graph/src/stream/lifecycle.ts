import type { CallbackManagerForChainRun } from '@langchain/core/callbacks/manager'
import { GraphCallbackHandler, type GraphInterruptEvent, type GraphResumeEvent } from '@langchain/langgraph'
import type { Run, RunListener, Task } from '@cairn/engine'

type Told = GraphInterruptEvent | GraphResumeEvent

/** Tells `GraphCallbackHandler`s when a run stops to ask or goes on. */
export class Lifecycle implements RunListener {
  readonly #handlers: readonly GraphCallbackHandler[]
  readonly #runId: string
  readonly #isNested: boolean
  #interrupt: GraphInterruptEvent | undefined

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

  resumed(run: Run): void | Promise<void> {
    if (!run.isResuming) return undefined
    const event = this.#event(run, 'pending')
    return this.#tell('handleResume', (handler) => handler.handleResume?.(event))
  }

  interrupted(run: Run, tasks: readonly Task[]): void {
    if (this.#isNested) return // the graph around this one asks in its stead
    const interrupts = tasks.flatMap(({ origin, questions }) => (origin.kind === 'call' ? [] : questions))
    this.#interrupt = { ...this.#event(run, 'pending'), interrupts: [...interrupts] as never }
  }

  paused(run: Run): void {
    if (this.#isNested) return
    const status = run.tasks.every((task) => task.isSettled) ? 'interrupt_after' : 'interrupt_before'
    this.#interrupt = { ...this.#event(run, status), interrupts: [] }
  }

  /** Tells of the interrupt that the run has ended with. @throws what a handler with `raiseError` threw */
  async ended(): Promise<void> {
    const event = this.#interrupt
    if (event === undefined) return
    await this.#tell('handleInterrupt', (handler) => handler.handleInterrupt?.(event))
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

  async #tell(method: string, call: (handler: GraphCallbackHandler) => unknown): Promise<void> {
    for (const handler of this.#handlers) {
      try {
        await call(handler)
      } catch (error) {
        complain(handler, method, error)
        if (handler.raiseError) throw error
      }
    }
  }
}

/** Printed, as LangChain prints what goes wrong in its handlers. */
function complain(handler: GraphCallbackHandler, method: string, error: unknown): void {
  const message = `Error in handler ${handler.constructor.name}, ${method}: ${String(error)}`
  // oxlint-disable-next-line no-console -- a program that looks for it, looks there
  ;(handler.raiseError ? console.error : console.warn)(message)
}
