import { setImmediate } from 'node:timers/promises'
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager'
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, AIMessageChunk, type BaseMessage } from '@langchain/core/messages'
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs'

/** A chat model that answers from a list, one word at a time when it streams. */
export class ScriptedModel extends BaseChatModel {
  readonly #answers: AIMessage[]

  constructor(answers: readonly (string | AIMessage)[]) {
    super({})
    this.#answers = answers.map((answer) => (typeof answer === 'string' ? new AIMessage(answer) : answer))
  }

  override _llmType(): string {
    return 'scripted'
  }

  override bindTools(): this {
    return this
  }

  override async _generate(_messages: BaseMessage[]): Promise<ChatResult> {
    await setImmediate()
    const message = this.#next()
    return { generations: [{ text: message.text, message }] }
  }

  override async *_streamResponseChunks(
    _messages: BaseMessage[],
    _options: this['ParsedCallOptions'],
    manager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const { text, tool_calls: calls = [] } = this.#next()
    for (const word of text.split(/(?<= )/)) {
      await setImmediate()
      const chunk = new ChatGenerationChunk({ text: word, message: new AIMessageChunk({ content: word }) })
      yield chunk
      await manager?.handleLLMNewToken(word, undefined, undefined, undefined, undefined, { chunk })
    }
    if (calls.length === 0) return
    const toolCallChunks = calls.map(({ id, name, args }, index) => ({
      id: id!,
      name,
      args: JSON.stringify(args),
      index,
      type: 'tool_call_chunk' as const,
    }))
    const chunk = new ChatGenerationChunk({
      text: '',
      message: new AIMessageChunk({ content: '', tool_call_chunks: toolCallChunks }),
    })
    yield chunk
    await manager?.handleLLMNewToken('', undefined, undefined, undefined, undefined, { chunk })
  }

  #next(): AIMessage {
    const answer = this.#answers.shift()
    if (answer === undefined) throw new Error('the script has no more answers')
    return answer
  }
}
