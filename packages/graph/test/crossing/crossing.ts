// A thread that was begun on one engine is gone on with on the other, in both directions and in turns, through
// LangGraph's saver and through Cairn's, or exported and imported between turns. What comes out is what LangGraph alone gives.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemorySaver as LangGraphMemorySaver, type BaseCheckpointSaver } from '@langchain/langgraph'
import { SqliteSaver as LangGraphSqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import { createLangchainCodec, STORE, StoreSaver } from '@cairn/checkpoint'
import type { Store } from '@cairn/engine'
import { MemoryStore } from '@cairn/engine/memory-store'
import { exportThreads, importThreads } from '@cairn/engine/transfer'
import { SqliteSaver } from '@cairn/sqlite'
import { LanggraphStore } from '@cairn/sqlite/langgraph'
import { describe, expect, onTestFinished, test } from 'vitest'
import { MemorySaver } from '../../src/index.ts'
import { differences } from '../differential/harness/differences.ts'
import { cairn, langGraph, type Vocabulary } from '../differential/harness/differential.ts'
import { normalise } from '../differential/harness/normalise.ts'
import { historyOf, outcomeOf } from '../differential/harness/observe.ts'

const thread = { configurable: { thread_id: 't' } }

/** Which engine takes which turn. */
const orders: readonly (readonly [name: string, engines: readonly Vocabulary[]])[] = [
  ['begun on LangGraph', [langGraph, cairn, cairn, cairn]],
  ['begun on Cairn', [cairn, langGraph, langGraph, langGraph]],
  ['in turns, LangGraph first', [langGraph, cairn, langGraph, cairn]],
  ['in turns, Cairn first', [cairn, langGraph, cairn, langGraph]],
]

const savers: readonly (readonly [name: string, open: () => BaseCheckpointSaver])[] = [
  ["LangGraph's saver", () => new LangGraphMemorySaver()],
  ["Cairn's saver", () => new MemorySaver()],
  ["Cairn's saver on SQLite", () => SqliteSaver.open(':memory:')],
]

interface Graph {
  invoke(input: unknown, config: object): Promise<unknown>
  getState(config: object, options?: object): Promise<unknown>
  getStateHistory(config: object): AsyncIterable<never>
}

interface Builder {
  compile(options: object): Graph
}

/** One turn: the input, or what makes it from the result of the turn before. */
type Turn = unknown

export interface Story {
  /** Called once per thread; the graphs of both engines share what it closes over. */
  readonly build: () => (vocabulary: Vocabulary) => unknown
  readonly turns: readonly Turn[]
  readonly compile?: object
}

/** Takes a thread elsewhere between two turns. */
type Move = (saver: BaseCheckpointSaver) => BaseCheckpointSaver | Promise<BaseCheckpointSaver>

const codec = createLangchainCodec()

/** What another store has once it has imported all threads of this one. */
async function imported(store: Store): Promise<BaseCheckpointSaver> {
  const copy = new MemoryStore({ codec })
  await importThreads(copy, exportThreads(store, { codec }), { codec })
  return new StoreSaver(copy)
}

/** Out of a database of LangGraph's saver, once. */
const outOfLanggraph: Move = async (saver) => {
  if (!(saver instanceof LangGraphSqliteSaver)) return saver
  const store = LanggraphStore.open(saver.db.name)
  try {
    return await imported(store)
  } finally {
    store.close()
  }
}

/** Out of one store into the next. */
const elsewhere: Move = (saver) => imported((saver as StoreSaver)[STORE])

async function play(
  { build, turns, compile = {} }: Story,
  engines: readonly Vocabulary[],
  first: BaseCheckpointSaver,
  move: Move = (saver) => saver,
) {
  const define = build()
  let saver = first
  const graphOf = (vocabulary: Vocabulary) =>
    (define(vocabulary) as Builder).compile({ ...compile, checkpointer: saver })
  const results: unknown[] = []
  for (const [index, turn] of turns.entries()) {
    const graph = graphOf(engines[index % engines.length]!)
    const input = typeof turn === 'function' ? (turn as (before: unknown) => unknown)(results.at(-1)) : turn
    results.push(await outcomeOf(() => graph.invoke(input, thread)))
    saver = await move(saver)
  }
  const reader = graphOf(langGraph)
  return {
    results,
    state: await reader.getState(thread, { subgraphs: true }),
    history: await historyOf(reader, thread),
  }
}

export function crossing(name: string, story: Story): void {
  describe(`a thread with ${name}`, () => {
    for (const [saverName, open] of savers) {
      test.for(orders)(`%s, through ${saverName}`, async ([, engines]) => {
        const expected = normalise(await play(story, [langGraph], new LangGraphMemorySaver()))
        const saver = open()
        onTestFinished(() => (saver instanceof SqliteSaver ? saver.close() : undefined))
        expect(differences(expected, normalise(await play(story, engines, saver)))).toEqual([])
      })
    }

    test('begun on LangGraph with its SqliteSaver, imported, and gone on with on Cairn', async () => {
      const expected = normalise(await play(story, [langGraph], new LangGraphMemorySaver()))
      const directory = mkdtempSync(join(tmpdir(), 'cairn-crossing-'))
      const saver = LangGraphSqliteSaver.fromConnString(join(directory, 'old.db'))
      onTestFinished(() => {
        saver.db.close()
        rmSync(directory, { recursive: true, force: true })
      })
      const engines = story.turns.map((_, turn) => (turn === 0 ? langGraph : cairn))
      expect(differences(expected, normalise(await play(story, engines, saver, outOfLanggraph)))).toEqual([])
    })

    test('exported and imported elsewhere after every turn', async () => {
      const expected = normalise(await play(story, [langGraph], new LangGraphMemorySaver()))
      const saver = new StoreSaver(new MemoryStore({ codec }))
      expect(differences(expected, normalise(await play(story, [cairn], saver, elsewhere)))).toEqual([])
    })
  })
}
