// What a call of a compiled graph asks for, put together from its options, the graph's own settings, and the task
// around it.
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import type { Durability } from '@cairn/engine'
import { assembleConfig, type AssembledConfig } from './assemble-config.ts'
import type { ExecuteOptions } from './execute.ts'
import { ambientConfig } from './langgraph/ambient.ts'
import * as keys from './langgraph/config-keys.ts'
import { presentName } from './langgraph/present-name.ts'
import type { RunConfig } from './langgraph/run-config.ts'
import type { Scratchpad } from './langgraph/scratchpad.ts'
import { serverInfoOf } from './langgraph/server-info.ts'
import { checkOnBusy, type OnBusy } from './on-busy.ts'
import type { EngineGraph } from './on-engine.ts'
import type { ChunkSink } from './stream/chunk.ts'

/** A run that is set up: what `execute` needs, but for those who listen. */
export type PreparedRun = Omit<ExecuteOptions, 'listener' | 'onCustom' | 'onEnd'> & {
  /** Where the graph around this one wants its chunks. */
  readonly parentSink: ChunkSink | undefined
}

/** Everything about a run that does not depend on who listens. */
export function prepareRun(graph: EngineGraph, input: unknown, options: RunConfig): PreparedRun {
  const config = assembleConfig(graph.config as RunConfig | undefined, withAmbientTask(options))
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
  const namespace = namespaceOf(graph, config, isNested)
  configurable[keys.CHECKPOINT_NAMESPACE] = namespace
  if (!isNested && options.configurable?.[keys.CHECKPOINT_NAMESPACE])
    configurable[keys.CHECKPOINT_ID] = undefined
  if (config.outputKeys === undefined) config.outputKeys = graph.program.streamKeys as string[]
  else if (config.outputKeys !== graph.outputChannels) checkKeys(graph, config.outputKeys)
  return {
    program: graph.program,
    name: graph.getName(),
    serialized: () => graph.toJSON(),
    validate: validatorOf(graph, config),
    input,
    config,
    saver: saverOf(graph, config),
    userStore: graph.store,
    namespace,
    isNested,
    durability: durabilityOf(config),
    onBusy: onBusyOf(graph, config),
    interruptBefore: config.interruptBefore ?? graph.interruptBefore ?? [],
    interruptAfter: config.interruptAfter ?? graph.interruptAfter ?? [],
    retry: graph.retryPolicy,
    stepTimeoutMs: graph.stepTimeout,
    userInterrupt: (graph as unknown as { userInterrupt: unknown }).userInterrupt,
    cache: graph.cache,
    isPrinting: graph.debug,
    parentSink: configurable[keys.STREAM] as ChunkSink | undefined,
  }
}

function checkKeys({ program }: EngineGraph, asked: string | string[]): void {
  const unknown = [asked].flat().find((key) => !program.plan.slotByChannel.has(key))
  if (unknown !== undefined) throw new Error(`Key ${unknown} not found in channels`)
}

/** A graph that a task calls without passing its config on is nested all the same. */
function withAmbientTask(options: RunConfig): RunConfig {
  const around = ambientConfig()?.configurable
  if (around?.[keys.READ] === undefined || options.configurable?.[keys.READ] !== undefined) return options
  return { ...options, configurable: { ...around, ...options.configurable } }
}

/** Methods of LangGraph's compiled graphs that are for subclasses. */
interface Validating {
  _validateInput(input: unknown): Promise<unknown>
  _validateContext(context: unknown): Promise<unknown>
}

/** Parses the input and the context; `undefined` when there is no schema to parse them against. */
function validatorOf(graph: EngineGraph, config: AssembledConfig): ExecuteOptions['validate'] {
  const { hasInputSchema, hasContextSchema } = graph.program
  if (!hasInputSchema && !hasContextSchema) return undefined
  const schemas = graph as unknown as Validating
  return async (input) => {
    const validInput = hasInputSchema ? await schemas._validateInput(input) : input
    if (!hasContextSchema) return validInput
    if (config.context === undefined) await schemas._validateContext(config.configurable)
    else config.context = (await schemas._validateContext(config.context)) as never
    return validInput
  }
}

/** Where this graph keeps its checkpoints: beneath the task that runs it, told apart from others in that task. */
function namespaceOf(
  { checkpointer }: EngineGraph,
  { configurable }: AssembledConfig,
  isNested: boolean,
): string {
  if (!isNested) return ''
  const scratchpad = configurable[keys.SCRATCHPAD] as Scratchpad | undefined
  const around = (configurable[keys.CHECKPOINT_NAMESPACE] as string | undefined) ?? ''
  const count = scratchpad === undefined ? 0 : scratchpad.subgraphCounter++
  if (checkpointer === true) {
    return (count > 0 ? `${around}|${count}` : around)
      .split('|')
      .map((part) => presentName(configurable, part))
      .join('|')
  }
  return count > 0 ? `${around}|${count}` : around
}

function saverOf(
  { checkpointer }: EngineGraph,
  { configurable }: AssembledConfig,
): BaseCheckpointSaver | undefined {
  if (checkpointer === false) return undefined
  const lent = configurable[keys.CHECKPOINTER] as BaseCheckpointSaver | undefined
  if (lent !== undefined) return lent
  if (checkpointer === true) throw new Error('checkpointer: true cannot be used for root graphs.')
  return checkpointer
}

function onBusyOf(graph: EngineGraph, { onBusy }: AssembledConfig): OnBusy {
  checkOnBusy(onBusy)
  return onBusy ?? graph.onBusy ?? 'reject'
}

function durabilityOf({ durability, checkpointDuring, configurable }: AssembledConfig): Durability {
  if (durability !== undefined && checkpointDuring !== undefined) {
    throw new Error('Cannot use both `durability` and `checkpointDuring` at the same time.')
  }
  if (checkpointDuring !== undefined) return checkpointDuring ? 'async' : 'exit'
  return durability ?? (configurable[keys.DURABILITY] as Durability | undefined) ?? 'async'
}
