// The `messages` mode of `streamEvents` v3: what chat models below a node tell, block by block, and messages that
// nodes return. LangGraph's `pushMessage` looks the handler up by its name and calls `emitFinalMessage`; models tell
// their events when they see `lc_prefer_chat_model_stream_events`.
import { BaseCallbackHandler } from '@langchain/core/callbacks/base'
import { isBaseMessage, isToolMessage, type BaseMessage } from '@langchain/core/messages'
import type { LLMResult } from '@langchain/core/outputs'
import { HIDDEN_TAG } from '../langgraph/config-keys.ts'
import type { Chunk, Namespace } from './chunk.ts'

type Metadata = Record<string, unknown>
type Origin = readonly [namespace: Namespace, metadata: Metadata]
type Event = Readonly<Record<string, unknown>> & { readonly event: string }
type Block = Readonly<Record<string, unknown>> & { readonly type: string }

const silentTags = new Set(['nostream', 'langsmith:nostream'])

export class StreamProtocolMessagesHandler extends BaseCallbackHandler {
  override name = 'StreamProtocolMessagesHandler'
  override awaitHandlers = true
  lc_prefer_chat_model_stream_events = true
  readonly #push: (chunk: Chunk) => void
  readonly #origins = new Map<string, Origin>()
  readonly #seen = new Set<string>()
  /** Runs of models that have told of their message themselves. */
  readonly #streamed = new Set<string>()
  readonly #idByRun = new Map<string, string>()

  constructor(push: (chunk: Chunk) => void) {
    super()
    this.#push = push
  }

  /** A whole message as the events of one that was streamed. */
  emitFinalMessage(origin: Origin, message: BaseMessage, runId: string | undefined, onlyNew = false): void {
    const known = message.id ?? (runId === undefined ? undefined : this.#idByRun.get(runId))
    if (onlyNew && known !== undefined && this.#seen.has(known)) return
    const id = this.#identify(message, runId)
    const tell = (event: Event) => this.#tell(origin, event, runId)
    tell({ event: 'message-start', ...(id !== undefined && { id }), ...speakerOf(message) })
    for (const [position, block] of blocksOf(message).entries()) {
      const index = typeof block['index'] === 'number' ? block['index'] : position
      const delta = deltaOf(block, index)
      tell({ event: 'content-block-start', index, content: emptyBlock(block) })
      if (delta !== undefined) tell({ event: 'content-block-delta', index, delta })
      tell({ event: 'content-block-finish', index, content: block })
    }
    const { usage_metadata: usage, response_metadata: responseMetadata } = message as {
      usage_metadata?: unknown
      response_metadata?: unknown
    }
    tell({
      event: 'message-finish',
      ...(usage != null && { usage }),
      ...(responseMetadata != null && { responseMetadata }),
    })
  }

  override handleChatModelStart(
    _model: unknown,
    _messages: unknown,
    runId: string,
    _parentRunId?: string,
    _extra?: unknown,
    tags?: string[],
    metadata?: Metadata,
    name?: string,
  ): void {
    if (tags?.some((tag) => silentTags.has(tag)) !== true) this.#remember(runId, metadata, tags, name)
  }

  override handleChatModelStreamEvent(given: { readonly event: string }, runId: string): void {
    const event = given as Event
    const origin = this.#origins.get(runId)
    if (origin === undefined) return
    if (event.event !== 'message-start') return this.#tell(origin, event, runId)
    const id = (event['id'] as string | undefined) ?? `run-${runId}`
    this.#streamed.add(runId)
    this.#seen.add(id)
    if (!this.#idByRun.has(runId)) this.#idByRun.set(runId, id)
    this.#tell(origin, { ...event, id }, runId)
  }

  override handleLLMEnd(output: LLMResult, runId: string): void {
    const origin = this.#origins.get(runId)
    const message = (output.generations[0]?.[0] as { message?: unknown } | undefined)?.message
    if (origin !== undefined && isBaseMessage(message)) {
      if (this.#streamed.has(runId)) this.#identify(message, runId)
      else this.emitFinalMessage(origin, message, runId, true)
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
    const isNode = name !== undefined && name === metadata?.['langgraph_node']
    if (!isNode || tags?.includes(HIDDEN_TAG) === true) return
    this.#remember(runId, metadata, tags, name)
    for (const message of messagesAmong(inputs)) if (message.id !== undefined) this.#seen.add(message.id)
  }

  override handleChainEnd(outputs: unknown, runId: string): void {
    const origin = this.#origins.get(runId)
    if (origin === undefined) return
    for (const message of messagesAmong(outputs)) {
      if (!isToolMessage(message)) this.emitFinalMessage(origin, message, runId, true)
    }
    this.#forget(runId)
  }

  override handleChainError(_error: unknown, runId: string): void {
    this.#forget(runId)
  }

  #remember(
    runId: string,
    metadata: Metadata | undefined,
    tags: string[] | undefined,
    name: string | undefined,
  ) {
    const namespace = metadata?.['langgraph_checkpoint_ns'] as string | undefined
    if (namespace !== undefined) this.#origins.set(runId, [namespace.split('|'), { tags, name, ...metadata }])
  }

  #forget(runId: string): void {
    this.#origins.delete(runId)
    this.#streamed.delete(runId)
    this.#idByRun.delete(runId)
  }

  /** Gives a message without an id the one of its run, and remembers that it was told of. */
  #identify(message: BaseMessage, runId: string | undefined): string | undefined {
    const id = runId === undefined ? message.id : this.#stableId(message, runId)
    if (id !== undefined && id !== message.id) {
      message.id = id
      message.lc_kwargs['id'] = id
    }
    if (id !== undefined) this.#seen.add(id)
    return id
  }

  #stableId(message: BaseMessage, runId: string): string {
    if (isToolMessage(message)) return message.id ?? `run-${runId}-tool-${message.tool_call_id}`
    const isOwn = message.id !== undefined && message.id !== `run-${runId}`
    const id = isOwn ? message.id! : (this.#idByRun.get(runId) ?? message.id ?? `run-${runId}`)
    if (!this.#idByRun.has(runId)) this.#idByRun.set(runId, id)
    return id
  }

  #tell([namespace, metadata]: Origin, event: Event, runId: string | undefined): void {
    const own = runId === undefined ? metadata : { ...metadata, run_id: runId }
    this.#push([namespace, 'messages', [event, own]])
  }
}

/** Who speaks, unless it is the model. */
function speakerOf(message: BaseMessage): { role?: string; tool_call_id?: string } {
  if (isToolMessage(message)) return { role: 'tool', tool_call_id: message.tool_call_id }
  const role = message.getType()
  return role === 'human' || role === 'system' ? { role } : {}
}

function blocksOf({ content }: BaseMessage): Block[] {
  if (typeof content !== 'string') return content
  return content === '' ? [] : [{ type: 'text', text: content }]
}

/** The block before anything of it was told. */
function emptyBlock(block: Block): Block {
  const { type, id, name } = block
  switch (type) {
    case 'text':
      return { type, text: '' }
    case 'reasoning':
      return { type, reasoning: '' }
    case 'tool_call':
    case 'tool_call_chunk':
      return { type: 'tool_call_chunk', ...(id != null && { id }), ...(name != null && { name }), args: '' }
    default:
      return block
  }
}

/** All of the block at once; `undefined` when there is nothing to tell. */
function deltaOf(block: Block, index: number): Block | undefined {
  const { type, text, reasoning } = block
  if (type === 'text' && text) return { type: 'text-delta', text }
  if (type === 'reasoning' && reasoning) return { type: 'reasoning-delta', reasoning }
  return type === 'tool_call_chunk' ? { type: 'block-delta', fields: { ...block, index, type } } : undefined
}

/** Messages in a value, a list, or the values and lists of an object. */
function messagesAmong(value: unknown): BaseMessage[] {
  if (isBaseMessage(value)) return [value]
  if (typeof value !== 'object' || value === null) return []
  const values: unknown[] = Array.isArray(value) ? value : Object.values(value).flat()
  return values.filter((item) => isBaseMessage(item))
}
