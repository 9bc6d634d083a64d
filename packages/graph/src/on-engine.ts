// How a compiled graph runs: LangGraph's interface and state API, Cairn's engine.
import type { BaseCheckpointSaver, CompiledStateGraph, StateSnapshot } from '@langchain/langgraph'
import type { BaseCallbackHandler } from '@langchain/core/callbacks/base'
import { get_lc_unique_name } from '@langchain/core/load/serializable'
import { StoreSaver } from '@cairn/checkpoint'
import type { Durability, RunListener } from '@cairn/engine'
import { assembleConfig, type AssembledConfig } from './assemble-config.ts'
import { execute, type ExecuteOptions } from './execute.ts'
import { ambientConfig } from './langgraph/ambient.ts'
import * as keys from './langgraph/config-keys.ts'
import { withOpenWrites, type SnapshotOptions } from './langgraph/open-writes.ts'
import { idsInOrder } from './langgraph/ids-in-order.ts'
import type { RunConfig } from './langgraph/run-config.ts'
import { serverInfoOf } from './langgraph/server-info.ts'
import type { Scratchpad } from './langgraph/scratchpad.ts'
import { storeBehind } from './langgraph/store-behind.ts'
import type { Program } from './lower/program.ts'
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

/** A run that is set up: what `execute` needs, but for those who listen. */
type Prepared = Omit<ExecuteOptions, 'listener' | 'onCustom' | 'onEnd'> & {
  readonly parentSink: ChunkSink | undefined
}

const diagnostics = new Diagnostics()

/** A graph of one of LangGraph's classes, whose runs are Cairn's. */
export type EngineGraph = AnyCompiledGraph & { readonly program: Program }

/**
 * One of LangGraph's classes of compiled graphs, made to run on Cairn's engine: its drawing and its state API are
 * inherited, `invoke` and `stream` are replaced.
 *
 * @param lowerGraph what the engine runs for a graph that comes without a program
 */
export function onEngine(
  Base: abstract new (fields: never) => unknown,
  lowerGraph: (compiled: never) => Program,
): new (fields: { readonly program?: Program }) => EngineGraph {
  return class extends (Base as new (fields: never) => AnyCompiledGraph) {
    static override readonly name = Base.name
    readonly program: Program

    constructor(fields: { program?: Program }) {
      super(fields as never)
      this.program = fields.program ?? lowerGraph(this as never)
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
      const prepared = this.#prepare(input, withKeys)
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
      const prepared = this.#prepare(input, options)
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
      const { saved, applyPendingWrites: isPresent = false } = given
      if (!isPresent || saved?.pendingWrites === undefined || saved.pendingWrites.length === 0)
        return super._prepareStateSnapshot(given)
      const standing = new Standing(this.program.plan, saved)
      const snapshot = await super._prepareStateSnapshot({ ...given, saved: withOpenWrites(saved) })
      if (snapshot.next.length > 0) return snapshot
      return { ...snapshot, next: standing.nodesAfterSuperstep(snapshot.tasks) ?? snapshot.next }
    }

    /** Each superstep of an edit is one commit, if the saver is over a store. */
    override async bulkUpdateState(
      ...[config, supersteps]: Parameters<AnyCompiledGraph['bulkUpdateState']>
    ): ReturnType<AnyCompiledGraph['bulkUpdateState']> {
      await idsInOrder()
      const lent = config.configurable?.[keys.CHECKPOINTER] as unknown
      const store = storeBehind((lent ?? this.checkpointer) as BaseCheckpointSaver | undefined)
      if (store === undefined) return super.bulkUpdateState(config, supersteps)
      const commits = new WholeCommits(store)
      const checkpointer = new StoreSaver(commits)
      const edited =
        lent === undefined
          ? super.bulkUpdateState.call(withSaver(this, checkpointer), config, supersteps)
          : super.bulkUpdateState(
              { ...config, configurable: { ...config.configurable, [keys.CHECKPOINTER]: checkpointer } },
              supersteps,
            )
      const after = await edited
      await commits.release()
      return after
    }

    /** Everything about a run that does not depend on who listens. */
    #prepare(input: unknown, options: RunConfig): Prepared {
      const config = assembleConfig(this.config as RunConfig | undefined, this.#withAmbientTask(options))
      if (options.timeout !== undefined) {
        const timeout = AbortSignal.timeout(options.timeout)
        config.signal = config.signal === undefined ? timeout : AbortSignal.any([config.signal, timeout])
        config.metadata['timeoutMs'] ??= options.timeout
      }
      if (config.recursionLimit < 1) throw new Error('Passed "recursionLimit" must be at least 1.')
      config.metadata = { ls_integration: 'langgraph', ...config.metadata }
      const serverInfo = serverInfoOf(config)
      if (serverInfo !== undefined) config.serverInfo ??= serverInfo
      const { configurable } = config
      const isNested = keys.READ in configurable
      const namespace = this.#namespace(config, isNested)
      configurable[keys.CHECKPOINT_NAMESPACE] = namespace
      if (!isNested && options.configurable?.[keys.CHECKPOINT_NAMESPACE])
        configurable[keys.CHECKPOINT_ID] = undefined
      if (config.outputKeys === undefined) config.outputKeys = this.program.streamKeys as string[]
      else if (config.outputKeys !== this.outputChannels) this.#checkKeys(config.outputKeys)
      return {
        program: this.program,
        name: this.getName(),
        serialized: () => this.toJSON(),
        validate: this.#validator(config),
        input,
        config,
        saver: this.#saver(config),
        userStore: this.store,
        namespace,
        isNested,
        durability: durabilityOf(config),
        interruptBefore: config.interruptBefore ?? this.interruptBefore ?? [],
        interruptAfter: config.interruptAfter ?? this.interruptAfter ?? [],
        retry: this.retryPolicy,
        stepTimeoutMs: this.stepTimeout,
        userInterrupt: (this as unknown as { userInterrupt: unknown }).userInterrupt,
        cache: this.cache,
        isPrinting: this.debug,
        parentSink: configurable[keys.STREAM] as ChunkSink | undefined,
      }
    }

    #emitter({ config, namespace, isNested }: Prepared, sinks: readonly ChunkSink[]): Emitter {
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

    #checkKeys(asked: string | string[]): void {
      const unknown = [asked].flat().find((key) => !this.program.plan.slotByChannel.has(key))
      if (unknown !== undefined) throw new Error(`Key ${unknown} not found in channels`)
    }

    /** A graph that a task calls without passing its config on is nested all the same. */
    #withAmbientTask(options: RunConfig): RunConfig {
      const around = ambientConfig()?.configurable
      if (around?.[keys.READ] === undefined || options.configurable?.[keys.READ] !== undefined) return options
      return { ...options, configurable: { ...around, ...options.configurable } }
    }

    /** Parses the input and the context; `undefined` when there is no schema to parse them against. */
    #validator(config: AssembledConfig): ExecuteOptions['validate'] {
      const { hasInputSchema, hasContextSchema } = this.program
      if (!hasInputSchema && !hasContextSchema) return undefined
      return async (input) => {
        const validInput: unknown = hasInputSchema ? await this._validateInput(input as never) : input
        if (!hasContextSchema) return validInput
        if (config.context === undefined) await this._validateContext(config.configurable)
        else config.context = (await this._validateContext(config.context as never)) as never
        return validInput
      }
    }

    /** Where this graph keeps its checkpoints: beneath the task that runs it, told apart from others in that task. */
    #namespace({ configurable }: AssembledConfig, isNested: boolean): string {
      if (!isNested) return ''
      const scratchpad = configurable[keys.SCRATCHPAD] as Scratchpad | undefined
      const around = (configurable[keys.CHECKPOINT_NAMESPACE] as string | undefined) ?? ''
      const count = scratchpad === undefined ? 0 : scratchpad.subgraphCounter++
      if (this.checkpointer === true) {
        return (count > 0 ? `${around}|${count}` : around)
          .split('|')
          .map((part) => part.split(':')[0])
          .join('|')
      }
      return count > 0 ? `${around}|${count}` : around
    }

    #saver({ configurable }: AssembledConfig): BaseCheckpointSaver | undefined {
      if (this.checkpointer === false) return undefined
      const lent = configurable[keys.CHECKPOINTER] as BaseCheckpointSaver | undefined
      if (lent !== undefined) return lent
      if (this.checkpointer === true) throw new Error('checkpointer: true cannot be used for root graphs.')
      return this.checkpointer
    }
  }
}

/** The graph as it is, but for its saver. */
function withSaver<Graph extends AnyCompiledGraph>(graph: Graph, checkpointer: BaseCheckpointSaver): Graph {
  return Object.create(graph, { checkpointer: { value: checkpointer } }) as Graph
}

function durabilityOf({ durability, checkpointDuring, configurable }: AssembledConfig): Durability {
  if (durability !== undefined && checkpointDuring !== undefined) {
    throw new Error('Cannot use both `durability` and `checkpointDuring` at the same time.')
  }
  if (checkpointDuring !== undefined) return checkpointDuring ? 'async' : 'exit'
  return durability ?? (configurable[keys.DURABILITY] as Durability | undefined) ?? 'async'
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
