// The `messages` mode: tokens of chat models below a node, and messages that nodes return. LangGraph's helpers look
// the handler up by its name and call `_emit`, and models stream when they see `lc_prefer_streaming`.
import { BaseCallbackHandler } from '@langchain/core/callbacks/base'
import {
  AIMessageChunk,
  isBaseMessage,
  isBaseMessageChunk,
  isToolMessage,
  type BaseMessage,
} from '@langchain/core/messages'
import type { LLMResult } from '@langchain/core/outputs'
import { isCommand } from '@langchain/langgraph'
import { HIDDEN_TAG } from '../langgraph/config-keys.ts'
import type { Chunk, Namespace } from './chunk.ts'
import { graphNamespace, isInScope, type StreamScope } from './stream-scope.ts'

type Metadata = Record<string, unknown>
type Origin = readonly [namespace: Namespace, metadata: Metadata]

const silentTags = new Set(['nostream', 'langsmith:nostream'])

export class StreamMessagesHandler extends BaseCallbackHandler {
  override name = 'StreamMessagesHandler'
  /** In the background, messages would come after the values that hold them, or after the stream has ended. */
  override awaitHandlers = true
  lc_prefer_streaming = true
  readonly #push: (chunk: Chunk) => void
  readonly #scope: StreamScope
  readonly #origins = new Map<string, Origin>()
  readonly #seen = new Set<string>()
  readonly #streaming = new Set<string>()
  /** Run of a model → the id that all its chunks carry. */
  readonly #idByRun = new Map<string, string>()

  constructor(push: (chunk: Chunk) => void, scope: StreamScope) {
    super()
    this.#push = push
    this.#scope = scope
  }

  /** Where `pushMessage` looks for the graphs whose messages are wanted. */
  get namespaceOptions(): { readonly subgraphs: boolean; readonly parentNs: string | undefined } {
    const { subgraphs, namespace } = this.#scope
    return { subgraphs, parentNs: namespace === '' ? undefined : namespace }
  }

  /** Called by LangGraph's `pushMessage` too. */
  _emit(
    origin: Origin,
    message: BaseMessage,
    runId: string | undefined,
    onlyNew = false,
    position?: number,
  ): void {
    if (onlyNew && message.id !== undefined && this.#seen.has(message.id)) return
    const id = runId === undefined ? message.id : this.#stableId(message, runId, position)
    if (id !== message.id && id !== undefined) {
      message.id = id
      message.lc_kwargs['id'] = id
    }
    if (message.id !== undefined) this.#seen.add(message.id)
    this.#push([origin[0], 'messages', [message, origin[1]]])
  }

  override handleChatModelStart(
    _llm: unknown,
    _messages: unknown,
    runId: string,
    _parentRunId?: string,
    _extra?: unknown,
    tags?: string[],
    metadata?: Metadata,
    name?: string,
  ): void {
    if (tags?.some((tag) => silentTags.has(tag)) === true) return
    this.#remember(runId, metadata, tags, name)
  }

  override handleLLMNewToken(
    token: string,
    _position: unknown,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    fields?: { chunk?: unknown },
  ): void {
    this.#streaming.add(runId)
    const origin = this.#origins.get(runId)
    if (origin === undefined) return
    const message = (fields?.chunk as { message?: unknown } | undefined)?.message
    this._emit(origin, isBaseMessage(message) ? message : new AIMessageChunk({ content: token }), runId)
  }

  override handleLLMEnd(output: LLMResult, runId: string): void {
    const origin = this.#origins.get(runId)
    const message = (output.generations[0]?.[0] as { message?: unknown } | undefined)?.message
    if (origin !== undefined && !this.#streaming.has(runId) && isBaseMessage(message)) {
      this._emit(origin, message, runId, true)
    }
    this.#forget(runId)
  }

  override handleLLMError(_error: unknown, runId: string): void {
    this.#forget(runId)
  }

  override handleChainStart(
    _chain: unknown,
    inputs: Record<string, unknown>,
    runId: string,
    _parentRunId?: string,
    tags?: string[],
    metadata?: Metadata,
    _runType?: string,
    name?: string,
  ): void {
    if (name === undefined || name !== metadata?.['langgraph_node'] || tags?.includes(HIDDEN_TAG) === true)
      return
    // A message that was only seen by a graph out of scope is new where it comes out of that graph.
    if (!this.#remember(runId, metadata, tags, name)) return
    for (const value of Object.values(inputs ?? {}).flat()) {
      if (isMessage(value) && value.id !== undefined) this.#seen.add(value.id)
    }
  }

  override handleChainEnd(outputs: unknown, runId: string): void {
    const origin = this.#origins.get(runId)
    this.#origins.delete(runId)
    if (origin === undefined) return
    let position = 0
    for (const message of messagesIn(outputs)) this._emit(origin, message, runId, true, position++)
  }

  override handleChainError(_error: unknown, runId: string): void {
    this.#origins.delete(runId)
  }

  /** Returns `false` for a run out of scope. */
  #remember(
    runId: string,
    metadata: Metadata | undefined,
    tags: string[] | undefined,
    name: string | undefined,
  ): boolean {
    const checkpointNamespace = (metadata?.['langgraph_checkpoint_ns'] ?? metadata?.['checkpoint_ns']) as
      | string
      | undefined
    if (metadata === undefined || checkpointNamespace === undefined) return true
    const namespace = graphNamespace(checkpointNamespace, metadata['langgraph_path'])
    if (!isInScope(namespace, this.#scope)) return false
    this.#origins.set(runId, [namespace, { tags, name, ...metadata }])
    return true
  }

  #forget(runId: string): void {
    this.#origins.delete(runId)
    this.#streaming.delete(runId)
    this.#idByRun.delete(runId)
  }

  /** All chunks of one message carry one id, even where a model gives none, or a new one with each chunk. */
  #stableId(message: BaseMessage, runId: string, position: number | undefined): string {
    if (isToolMessage(message)) return message.id ?? `run-${runId}-tool-${message.tool_call_id}`
    if (position !== undefined) return message.id ?? `run-${runId}-out-${position}`
    const isOwn = message.id !== undefined && message.id !== `run-${runId}`
    const id = isOwn ? message.id! : (this.#idByRun.get(runId) ?? message.id ?? `run-${runId}`)
    if (!this.#idByRun.has(runId)) this.#idByRun.set(runId, id)
    return id
  }
}

function isMessage(value: unknown): value is BaseMessage {
  return isBaseMessage(value) || isBaseMessageChunk(value)
}

function* messagesIn(output: unknown): Generator<BaseMessage> {
  if (isCommand(output)) yield* messagesIn((output as { update?: unknown }).update)
  else if (isMessage(output)) yield output
  else if (Array.isArray(output)) {
    const hasCommands = output.some(isCommand)
    for (const item of output as unknown[]) {
      if (hasCommands) yield* messagesIn(item)
      else if (isMessage(item)) yield item
    }
  } else if (typeof output === 'object' && output !== null) {
    for (const value of Object.values(output) as unknown[]) {
      if (Array.isArray(value)) yield* messagesIn(value)
      else if (isMessage(value)) yield value
    }
  }
}
