// Callbacks from below a node, as signs that it is alive.
import { BaseCallbackHandler, type BaseCallbackHandlerInput } from '@langchain/core/callbacks/base'
import type { RunConfig } from './run-config.ts'

const events = [
  'handleLLMStart',
  'handleChatModelStart',
  'handleLLMNewToken',
  'handleLLMEnd',
  'handleLLMError',
  'handleChainStart',
  'handleChainEnd',
  'handleChainError',
  'handleToolStart',
  'handleToolEnd',
  'handleToolError',
  'handleText',
  'handleRetrieverStart',
  'handleRetrieverEnd',
  'handleRetrieverError',
  'handleCustomEvent',
] as const

/** Tells of whatever models, tools, chains and graphs do in a node whose idle time is limited. */
class ProgressHandler extends BaseCallbackHandler {
  override readonly name = 'IdleProgressCallbackHandler'
  override readonly awaitHandlers = false

  constructor(tell: () => void) {
    super({} satisfies BaseCallbackHandlerInput)
    for (const event of events) this[event] = tell
  }
}

/** Lets everything that is run with this config tell when it does something. */
export function watchCallbacks(config: RunConfig, tell: () => void): void {
  const { callbacks } = config
  const handler = new ProgressHandler(tell)
  if (callbacks === undefined) config.callbacks = [handler]
  else if (Array.isArray(callbacks)) config.callbacks = [...callbacks, handler]
  else {
    const copy = callbacks.copy()
    copy.addHandler(handler, true)
    config.callbacks = copy
  }
}
