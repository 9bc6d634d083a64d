// The installed LangGraph is the oracle: a scenario is run on both engines and everything it saw must agree.
import { MemorySaver, type BaseCheckpointSaver } from '@langchain/langgraph'
import { expect, test } from 'vitest'
import { differences } from './differences.ts'
import { inTaskOrder } from './in-task-order.ts'
import { normalise } from './normalise.ts'
import { collect, historyOf, outcomeOf } from './observe.ts'
import { storedRecords } from './stored-records.ts'
import { cairn, langGraph, type Vocabulary } from './vocabulary.ts'

export { cairn, langGraph, type Vocabulary } from './vocabulary.ts'

/** A program that returns all it saw. */
export type Scenario = (vocabulary: Vocabulary) => unknown

/** Registers a test that runs the scenario on both engines. What it throws fails the test: expect errors with `outcomeOf`. */
export function differential(name: string, scenario: Scenario): void {
  test(`${name}, as in LangGraph`, async () => {
    const expected = normalise(await scenario(langGraph))
    expect(expected, 'the scenario has to return what it saw').toBeDefined()
    expect(differences(expected, normalise(await scenario(cairn)))).toEqual([])
  })
}

/** A graph that was not compiled yet, as far as the comparison needs it. */
export interface Compilable {
  compile(options: { checkpointer?: BaseCheckpointSaver }): Runnable
}

interface Runnable {
  invoke(input: unknown, config?: object): Promise<unknown>
  stream(input: unknown, config?: object): Promise<AsyncIterable<unknown>>
  getState(config: object, options?: object): Promise<unknown>
  getStateHistory(config: object): AsyncIterable<never>
}

export interface RunsOptions {
  /** What the thread is given, one after the other. */
  readonly inputs: readonly unknown[]
  readonly compile?: object
  readonly config?: object
}

export const allModes = ['values', 'updates', 'custom', 'messages', 'tasks', 'checkpoints', 'debug'] as const

/**
 * Registers a test that builds a graph on both engines and compares, for these inputs: results without a saver;
 * results and states with one; all chunks of all stream modes with those of nested graphs; the history; and every
 * record in the saver.
 */
export function sameRuns(
  name: string,
  build: (vocabulary: Vocabulary) => unknown,
  options: RunsOptions | readonly unknown[],
): void {
  differential(name, (vocabulary) => observeRuns(() => build(vocabulary) as Compilable, options))
}

export async function observeRuns(
  build: () => Compilable,
  options: RunsOptions | readonly unknown[],
): Promise<unknown> {
  const {
    inputs,
    compile = {},
    config = {},
  } = (Array.isArray(options) ? { inputs: options } : options) as RunsOptions
  const configurable = (config as { configurable?: object }).configurable
  const onThread = { ...config, configurable: { ...configurable, thread_id: 't' } }

  const bare = build().compile(compile)
  const withoutSaver = await outcomeOf(() => bare.invoke(inputs[0], config))

  const kept = build().compile({ ...compile, checkpointer: new MemorySaver() })
  const invoked: unknown[] = []
  for (const input of inputs) {
    invoked.push(await outcomeOf(() => kept.invoke(input, onThread)))
    invoked.push(await outcomeOf(() => kept.getState(onThread, { subgraphs: true })))
  }

  const saver = new MemorySaver()
  const streaming = build().compile({ ...compile, checkpointer: saver })
  const streamed: unknown[] = []
  for (const input of inputs) {
    const modes = { ...onThread, streamMode: [...allModes], subgraphs: true }
    streamed.push(inTaskOrder(await collect(streaming.stream(input, modes))))
  }
  return {
    withoutSaver,
    invoked,
    streamed,
    history: await historyOf(streaming, onThread),
    records: storedRecords(saver),
  }
}
