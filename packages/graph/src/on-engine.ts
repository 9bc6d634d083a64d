// How a compiled graph runs: LangGraph's interface and state API, Cairn's engine.
import type { BaseCheckpointSaver, CompiledStateGraph, StateSnapshot } from '@langchain/langgraph'
import type { BaseCallbackHandler } from '@langchain/core/callbacks/base'
import { get_lc_unique_name } from '@langchain/core/load/serializable'
import { StoreSaver } from '@cairn/checkpoint'
import { shapeOf, type RunListener } from '@cairn/engine'
import type { AssembledConfig } from './assemble-config.ts'
import { editAtVersion, tellingVersion } from './edit-at-version.ts'
import { execute, type ExecuteOptions } from './execute.ts'
import * as keys from './langgraph/config-keys.ts'
import { withOpenWrites, type SnapshotOptions } from './langgraph/open-writes.ts'
import { idsAfter, idsInOrder } from './langgraph/ids-in-order.ts'
import { holdLine, storeForEdit } from './hold-line.ts'
import type { RunConfig } from './langgraph/run-config.ts'
import { storeBehind } from './langgraph/store-behind.ts'
import type { Program } from './lower/program.ts'
import { checkOnBusy, type OnBusy } from './on-busy.ts'
import { prepareRun, type PreparedRun } from './prepare-run.ts'
import { presentView } from './present-view.ts'
import { Standing } from './standing.ts'
import type { Chunk, ChunkSink } from './stream/chunk.ts'
import { Diagnostics } from './stream/diagnostics.ts'
import { Emitter } from './stream/emitter.ts'
import { isFollowed, turns, turnsToChunk } from './stream/follow.ts'
import { LastValues } from './stream/last-values.ts'
import { toAll } from './stream/listeners.ts'
import { StreamMessagesHandler } from './stream/messages-handler.ts'
import { StreamProtocolMessagesHandler } from './stream/protocol-messages-handler.ts'
import { ChunkQueue, RunStream } from './stream/run-stream.ts'
import { StreamToolsHandler } from './stream/tools-handler.ts'
import { chunkEvent, failureEvent } from './stream/server-sent-events.ts'
import { shapeAskedFor } from './stream/shape-chunk.ts'
import { WholeCommits } from './whole-commits.ts'

type AnyCompiledGraph = CompiledStateGraph<unknown, unknown, string>

const diagnostics = new Diagnostics()

/** A graph of one of LangGraph's classes, whose runs are Cairn's. */
export type EngineGraph = AnyCompiledGraph & {
  readonly program: Program
  /** What its runs do that find their thread in use, unless they are told. */
  readonly onBusy: OnBusy | undefined
}

/**
 * One of LangGraph's classes of compiled graphs, made to run on Cairn's engine: its drawing and its state API are
 * inherited, `invoke` and `stream` are replaced.
 *
 * @param lowerGraph what the engine runs for a graph that comes without a program
 */
export function onEngine(
  Base: abstract new (fields: never) => unknown,
  lowerGraph: (compiled: never) => Program,
): new (fields: { readonly program?: Program; readonly onBusy?: OnBusy | undefined }) => EngineGraph {
  return class extends (Base as new (fields: never) => AnyCompiledGraph) {
    static override readonly name = Base.name
    readonly program: Program
    readonly onBusy: OnBusy | undefined

    constructor(fields: { program?: Program; onBusy?: OnBusy | undefined }) {
      super(fields as never)
      this.program = fields.program ?? lowerGraph(this as never)
      this.onBusy = fields.onBusy
    }

    /** As serialised, and as tracers show it, the class is LangGraph's. */
    override get lc_id(): string[] {
      return [...this.lc_namespace, get_lc_unique_name(Base as never)]
    }

    override async invoke(input: unknown, options?: RunConfig): Promise<never> {
      const { streamMode = 'values' } = options ?? {}
      const withKeys: RunConfig = {
        ...options,
        outputKeys: options?.outputKeys ?? this.outputChannels,
        streamMode,
      }
      if (streamMode !== 'values' || options?.subgraphs === true) {
        const chunks: unknown[] = []
        for await (const chunk of await this.#stream(input, { ...withKeys, encoding: undefined }))
          chunks.push(chunk)
        return (streamMode === 'values' ? chunks.at(-1) : chunks) as never
      }
      const prepared = prepareRun(this, input, withKeys)
      const { config, parentSink } = prepared
      const last = new LastValues(config.outputKeys!)
      const listeners: RunListener[] =
        parentSink === undefined
          ? [last, diagnostics]
          : [last, diagnostics, this.#emitter(prepared, [parentSink])]
      await execute({ ...prepared, listener: toAll(listeners), onCustom: undefined })
      return last.result as never
    }

    override async stream(input: unknown, options?: RunConfig): Promise<never> {
      if (isFollowed(options?.callbacks))
        return (await super.stream(input as never, { ...options, encoding: undefined } as never)) as never
      return (await this.#stream(input, options)) as never
    }

    async #stream(input: unknown, given?: RunConfig): Promise<RunStream> {
      const options = this.#withBoundMode(given)
      const stopper = new AbortController()
      const queue = new ChunkQueue()
      const isServerSent = options.encoding === 'text/event-stream' && options.version === undefined
      const beginning = queue.begun() // what fails before there is anything to read is the caller's at once
      const running = this.#runInto(
        queue,
        input,
        { ...options, signal: anySignal(options.signal, stopper.signal) },
        isServerSent ? (chunk) => chunkEvent(chunk, options.subgraphs === true) : shapeAskedFor(options),
      ).then(
        () => queue.end(),
        (error: unknown) => {
          if (!isServerSent || !queue.hasBegun) return queue.end({ error })
          queue.push(failureEvent(error))
          queue.end()
        },
      )
      await beginning
      return new RunStream(queue, stopper, running)
    }

    /**
     * A stream for those who tell a run's events beside its chunks: the order of both is LangGraph's only if chunks pass
     * through the layers that its streams have. To handlers, the run ends after its last chunk was taken.
     */
    override async *_streamIterator(input: unknown, given?: RunConfig): AsyncGenerator<never> {
      const options = this.#withBoundMode(given)
      const stopper = new AbortController()
      const queue = new ChunkQueue()
      let drained = () => {}
      const draining = new Promise<void>((resolve) => (drained = resolve))
      const running = this.#runInto(
        queue,
        input,
        { ...options, signal: anySignal(options.signal, stopper.signal) },
        (chunk) => chunk,
        async (failure) => {
          queue.end(failure)
          await draining
        },
      ).catch((error: unknown) => queue.end({ error }))
      const shape = shapeAskedFor(options)
      let isWhole = false
      try {
        for (let isAwaited = true, wasAwaited = true; ; wasAwaited = isAwaited) {
          isAwaited = queue.isEmpty
          const next = await queue.next()
          if (next.done === true) break
          const chunk = next.value as Chunk
          await turns(turnsToChunk(chunk, isAwaited, wasAwaited))
          yield shape(chunk) as never
        }
        isWhole = true
      } finally {
        if (!isWhole) stopper.abort()
        drained()
        await running
      }
    }

    /** `withConfig` may have bound a mode, or several, to the graph. */
    #withBoundMode(options: RunConfig | undefined): RunConfig {
      const bound = (this.config as RunConfig | undefined)?.streamMode
      return bound === undefined ? { ...options } : { ...options, streamMode: options?.streamMode ?? bound }
    }

    /** Runs the graph with its chunks going into the queue. */
    #runInto(
      queue: ChunkQueue,
      input: unknown,
      options: RunConfig,
      shape: (chunk: Chunk) => unknown,
      onEnd?: ExecuteOptions['onEnd'],
    ): Promise<void> {
      const prepared = prepareRun(this, input, options)
      const { config } = prepared
      const modes = this.#modes(options, config)
      const subgraphs = options.subgraphs === true
      const isV3 = options.version === 'v3'
      const takesEnvelopes = isV3 || (options.version !== undefined && subgraphs && modes.has('values'))
      const push = (chunk: Chunk) => {
        const mode = chunk[1]
        if (!modes.has(mode) && !(takesEnvelopes && mode === 'checkpoints')) return
        queue.push(shape(chunk))
      }
      const sink: ChunkSink = { modes, push }
      if (subgraphs) config.configurable[keys.STREAM] = sink
      const scope = { subgraphs, namespace: prepared.namespace }
      if (modes.has('messages')) {
        const handler = isV3
          ? new StreamProtocolMessagesHandler(push)
          : new StreamMessagesHandler(push, scope)
        addHandler(config, handler)
      }
      if (modes.has('tools')) addHandler(config, new StreamToolsHandler(push, isV3 ? undefined : scope))
      const sinks = prepared.parentSink === undefined ? [sink] : [sink, prepared.parentSink]
      const onCustom = modes.has('custom')
        ? (chunk: unknown, namespace: string[]) => push([namespace, 'custom', chunk])
        : undefined
      const listener = toAll([this.#emitter(prepared, sinks), diagnostics])
      return execute({ ...prepared, listener, onCustom, ...(onEnd !== undefined && { onEnd }) })
    }

    /** The present state shows what is still open, and what comes next; of a past one it shows what was asked there. */
    protected override async _prepareStateSnapshot(given: SnapshotOptions): Promise<StateSnapshot> {
      const view = await presentView(this.program.plan, given)
      return view === undefined ? this.#snapshot(given) : view.shown(await this.#snapshot(view.given))
    }

    async #snapshot(given: SnapshotOptions): Promise<StateSnapshot> {
      const { saved, applyPendingWrites: isPresent = false } = given
      if (!isPresent || saved?.pendingWrites === undefined || saved.pendingWrites.length === 0)
        return super._prepareStateSnapshot(given)
      const standing = new Standing(this.program.plan, saved)
      const snapshot = await super._prepareStateSnapshot({ ...given, saved: withOpenWrites(saved) })
      if (snapshot.next.length > 0) return snapshot
      return { ...snapshot, next: standing.nodesAfterSuperstep(snapshot.tasks) ?? snapshot.next }
    }

    /**
     * Each superstep of an edit is one commit, if the saver is over a store. An edit has the thread to itself, unless
     * it comes from a node of the run that has it.
     */
    override async bulkUpdateState(
      ...[config, supersteps]: Parameters<AnyCompiledGraph['bulkUpdateState']>
    ): ReturnType<AnyCompiledGraph['bulkUpdateState']> {
      const { onBusy, ...given } = config
      checkOnBusy(onBusy)
      await idsInOrder()
      const lent = given.configurable?.[keys.CHECKPOINTER] as unknown
      const behind = storeBehind((lent ?? this.checkpointer) as BaseCheckpointSaver | undefined)
      if (behind === undefined) return this.#editThroughSaver(given, supersteps)
      const threadId = given.configurable?.['thread_id'] as string | number | undefined
      const line = { threadId: String(threadId ?? ''), namespace: '' }
      const { store, isHeld } = storeForEdit(behind, line.threadId)
      const held =
        isHeld || threadId === undefined
          ? undefined
          : await holdLine({
              store,
              line,
              runId: given.runId,
              onBusy: onBusy ?? this.onBusy ?? 'reject',
              signal: given.signal,
            })
      try {
        const { plan } = this.program
        const saver = (lent ?? this.checkpointer) as BaseCheckpointSaver
        const present = await editAtVersion(plan, given, saver, held ?? store)
        const commits = new WholeCommits(held ?? store, shapeOf(plan))
        const checkpointer = new StoreSaver(commits)
        const edited =
          lent === undefined
            ? super.bulkUpdateState.call(withSaver(this, checkpointer), present, supersteps)
            : super.bulkUpdateState(
                { ...present, configurable: { ...present.configurable, [keys.CHECKPOINTER]: checkpointer } },
                supersteps,
              )
        const after = await edited
        await commits.release()
        // The run that the edit is within makes the next checkpoints, which are newer.
        const editId: unknown = after.configurable?.[keys.CHECKPOINT_ID]
        if (typeof editId === 'string') idsAfter(editId)
        return after
      } finally {
        await held?.release()
      }
    }

    async #editThroughSaver(
      ...[given, supersteps]: Parameters<AnyCompiledGraph['bulkUpdateState']>
    ): ReturnType<AnyCompiledGraph['bulkUpdateState']> {
      const { plan } = this.program
      const lent = given.configurable?.[keys.CHECKPOINTER] as BaseCheckpointSaver | undefined
      const saver = lent ?? (this.checkpointer as BaseCheckpointSaver | undefined)
      const present = await editAtVersion(plan, given, saver, undefined)
      if (lent !== undefined || saver === undefined || typeof saver === 'boolean')
        return super.bulkUpdateState(present, supersteps)
      return super.bulkUpdateState.call(withSaver(this, tellingVersion(saver, plan)), present, supersteps)
    }

    #emitter({ config, namespace, isNested }: PreparedRun, sinks: readonly ChunkSink[]): Emitter {
      return new Emitter({
        program: this.program,
        keys: config.outputKeys!,
        namespace: namespace === '' ? [] : namespace.split('|'),
        sinks,
        config,
        isNested,
      })
    }

    #modes({ streamMode }: RunConfig, { configurable }: AssembledConfig): ReadonlySet<string> {
      if (streamMode !== undefined) return new Set([streamMode].flat() as string[])
      return new Set(configurable[keys.TASK_ID] === undefined ? this.streamMode : ['values'])
    }
  }
}

/** The graph as it is, but for its saver. */
function withSaver<Graph extends AnyCompiledGraph>(graph: Graph, checkpointer: BaseCheckpointSaver): Graph {
  return Object.create(graph, { checkpointer: { value: checkpointer } }) as Graph
}

function addHandler(config: AssembledConfig, handler: BaseCallbackHandler): void {
  const { callbacks } = config
  if (callbacks === undefined) config.callbacks = [handler]
  else if (Array.isArray(callbacks)) config.callbacks = [...callbacks, handler]
  else {
    const copy = callbacks.copy()
    copy.addHandler(handler, true)
    config.callbacks = copy
  }
}

function anySignal(given: AbortSignal | undefined, own: AbortSignal): AbortSignal {
  return given === undefined ? own : AbortSignal.any([given, own])
}
