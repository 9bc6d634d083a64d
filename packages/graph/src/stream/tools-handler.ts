// The `tools` mode: what tools below a node are given, tell while they run, and return.
import { BaseCallbackHandler } from '@langchain/core/callbacks/base'
import { isGraphDrained, isGraphInterrupt } from '@langchain/langgraph'
import { HIDDEN_TAG } from '../langgraph/config-keys.ts'
import type { Chunk, Namespace } from './chunk.ts'
import { graphNamespace, isInScope, type StreamScope } from './stream-scope.ts'

interface ToolRun {
  readonly namespace: Namespace
  readonly toolCallId: string | undefined
  readonly name: string
}

export class StreamToolsHandler extends BaseCallbackHandler {
  override name = 'StreamToolsHandler'
  /** In the background, the end of a tool would come after the update of the node that called it. */
  override awaitHandlers = true
  readonly #push: (chunk: Chunk) => void
  readonly #scope: StreamScope | undefined
  readonly #runs = new Map<string, ToolRun>()

  /** @param scope without one, tools of every graph are told of, with the namespace of their task */
  constructor(push: (chunk: Chunk) => void, scope: StreamScope | undefined) {
    super()
    this.#push = push
    this.#scope = scope
  }

  override handleToolStart(
    _tool: unknown,
    input: string,
    runId: string,
    _parentRunId?: string,
    tags?: string[],
    metadata?: Record<string, unknown>,
    name?: string,
    toolCallId?: string,
  ): void {
    if (metadata === undefined || tags?.includes(HIDDEN_TAG) === true) return
    const task = metadata['langgraph_checkpoint_ns'] as string | undefined
    const namespace = task === undefined ? [] : this.#namespaceOf(task, metadata['langgraph_path'])
    if (this.#scope !== undefined && !isInScope(namespace, this.#scope)) return
    this.#runs.set(runId, { namespace, toolCallId, name: name ?? 'unknown' })
    this.#tell(runId, 'on_tool_start', { input })
  }

  override handleToolEvent(chunk: unknown, runId: string): void {
    this.#tell(runId, 'on_tool_event', { data: chunk })
  }

  override handleToolEnd(output: unknown, runId: string): void {
    this.#tell(runId, 'on_tool_end', { output })
    this.#runs.delete(runId)
  }

  override handleToolError(error: unknown, runId: string): void {
    const isQuestion = isGraphInterrupt(error) || isGraphDrained(error)
    if (!isQuestion) this.#tell(runId, 'on_tool_error', { error })
    this.#runs.delete(runId)
  }

  #namespaceOf(task: string, path: unknown): Namespace {
    return this.#scope === undefined ? task.split('|') : graphNamespace(task, path)
  }

  #tell(runId: string, event: string, rest: Readonly<Record<string, unknown>>): void {
    const run = this.#runs.get(runId)
    if (run === undefined) return
    const { namespace, toolCallId, name } = run
    this.#push([namespace, 'tools', { event, toolCallId, name, ...rest }])
  }
}
