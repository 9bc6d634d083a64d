import { BaseCallbackHandler } from '@langchain/core/callbacks/base'

/** Notes every run that starts and ends, with its place under its parent. */
export class Recorder extends BaseCallbackHandler {
  override name = 'recorder'
  override awaitHandlers = true
  readonly events: unknown[] = []
  readonly #names = new Map<string, string>()

  override handleChainStart(
    serialized: unknown,
    inputs: unknown,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    metadata?: Record<string, unknown>,
    _type?: string,
    name?: string,
  ): void {
    this.#names.set(runId, name ?? '?')
    const parent = parentRunId === undefined ? undefined : this.#names.get(parentRunId)
    const id = (serialized as { id?: string[] } | undefined)?.id?.at(-1)
    this.events.push({ starts: name, parent, tags, inputs, metadata, id, runId, parentRunId })
  }

  override handleChainEnd(outputs: unknown, runId: string): void {
    this.events.push({ ends: this.#names.get(runId), outputs })
  }

  override handleChainError(error: unknown, runId: string): void {
    this.events.push({ fails: this.#names.get(runId), error })
  }

  override handleCustomEvent(event: string, data: unknown): void {
    this.events.push({ event, data })
  }
}
