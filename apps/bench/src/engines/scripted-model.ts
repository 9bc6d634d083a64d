import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import type { ChatResult } from '@langchain/core/outputs'

/** What the agent's only tool is called. */
export const TOOL_NAME = 'add_one'

/** A chat model that answers at once: it calls the tool `rounds` times, each time with the last result, and then says it. */
export class ScriptedModel extends BaseChatModel {
  readonly #rounds: number

  constructor(rounds: number) {
    super({})
    this.#rounds = rounds
  }

  override _llmType(): string {
    return 'scripted'
  }

  override bindTools(): this {
    return this
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const round = (messages.length - 1) / 2
    const text = round === 0 ? '0' : messages.at(-1)!.text
    const call = { id: `call-${round}`, name: TOOL_NAME, args: { n: Number(text) } }
    const message =
      round < this.#rounds ? new AIMessage({ content: '', tool_calls: [call] }) : new AIMessage(text)
    return { generations: [{ text: message.text, message }] }
  }
}
