import { BaseCheckpointSaver } from '@langchain/langgraph'

type Method<Name extends keyof BaseCheckpointSaver> = Extract<
  BaseCheckpointSaver[Name],
  (...given: never[]) => unknown
>

/** Another saver of which nothing is known but LangGraph's contract: the engine cannot speak to its store. */
export class PlainSaver extends BaseCheckpointSaver {
  readonly #saver: BaseCheckpointSaver

  constructor(saver: BaseCheckpointSaver) {
    super()
    this.#saver = saver
  }

  override getTuple(...given: Parameters<Method<'getTuple'>>): ReturnType<Method<'getTuple'>> {
    return this.#saver.getTuple(...given)
  }

  override list(...given: Parameters<Method<'list'>>): ReturnType<Method<'list'>> {
    return this.#saver.list(...given)
  }

  override put(...given: Parameters<Method<'put'>>): ReturnType<Method<'put'>> {
    return this.#saver.put(...given)
  }

  override putWrites(...given: Parameters<Method<'putWrites'>>): ReturnType<Method<'putWrites'>> {
    return this.#saver.putWrites(...given)
  }

  override deleteThread(...given: Parameters<Method<'deleteThread'>>): ReturnType<Method<'deleteThread'>> {
    return this.#saver.deleteThread(...given)
  }
}
