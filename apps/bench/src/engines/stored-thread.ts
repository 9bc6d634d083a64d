// Programs that read a thread: it is written when the program is opened, and read over connections of their own.
import { performance } from 'node:perf_hooks'
import type { BaseMessage } from '@langchain/core/messages'
import type { Program, Storage } from '../engine.ts'
import { median } from '../statistics.ts'
import type { HistoryWork, ListingWork, Readings, ReadingWork, Result } from '../workload.ts'
import { PAGE_LENGTH } from '../workloads/listing.ts'
import { messageText } from '../workloads/message-text.ts'
import type { ClosableSaver, Design, State, Vocabulary } from './design.ts'

const THREAD = { thread_id: 'thread' }

/** Of each step a run of the order goes on by this many checkpoints, so that neighbours are not read together. */
const STRIDE = 617

/** What a run gives: its result, and what it measured. */
interface Reading {
  readonly result: Result
  readonly readings: Readings
}

/** Writes the thread, and opens a program that reads it. */
export async function openStoredThread(
  words: Vocabulary,
  design: Design,
  work: ReadingWork,
  storage: Storage,
): Promise<Program> {
  if (storage.kind !== 'sqlite') throw new TypeError('A thread that is read has to be in a file.')
  const writer = words.openSqlite(storage.path)
  await design
    .compile(writer.saver)
    .invoke(design.input, { recursionLimit: design.recursionLimit, configurable: THREAD })
  writer.close()

  const read =
    work.kind === 'history'
      ? await historyReader(words, design, work, storage.path)
      : (opened: ClosableSaver) => readListing(work, opened)
  let readings: Readings = {}
  return {
    // A connection for each run: what another run has read does not make this one faster.
    async run() {
      const opened = words.openSqlite(storage.path)
      try {
        const found = await read(opened)
        readings = found.readings
        return found.result
      } finally {
        opened.close()
      }
    },
    readings: () => readings,
  }
}

/** A checkpoint, and at which superstep it was made: -1 is the input's. */
interface Place {
  readonly id: string
  readonly step: number
}

async function historyReader(words: Vocabulary, design: Design, work: HistoryWork, path: string) {
  const lister = words.openSqlite(path)
  const places: Place[] = []
  for await (const { config, metadata } of lister.saver.list({ configurable: THREAD })) {
    places.push({ id: String(config.configurable?.['checkpoint_id']), step: metadata?.step ?? NaN })
  }
  lister.close()

  return async (opened: ClosableSaver): Promise<Reading> => {
    const graph = design.compile(opened.saver)
    const found = { states: 0, messages: 0, newest: 0, bytes: 0, wrong: 0 }
    const anyMs: number[] = []
    const newestMs: number[] = []
    // A state may read its values only when they are looked at, so looking at all of them is part of it.
    const timed = async (timesMs: number[], id?: string): Promise<State> => {
      const configurable = { ...THREAD, ...(id !== undefined && { checkpoint_id: id }) }
      const startedMs = performance.now()
      const { values } = await graph.getState({ recursionLimit: design.recursionLimit, configurable })
      for (const message of messagesIn(values)) found.bytes += message.text.length
      timesMs.push(performance.now() - startedMs)
      return values
    }
    for (let read = 0; read < places.length; read += 1) {
      const { id, step } = places[(read * STRIDE) % places.length]!
      const values = await timed(anyMs, id)
      found.states += 1
      found.messages += messagesIn(values).length
      if (!isStateAt(values, step, work)) found.wrong += 1
      if ((read + 1) % 10 === 0) found.newest += messagesIn(await timed(newestMs)).length
    }
    return { result: found, readings: { any: median(anyMs), newest: median(newestMs) } }
  }
}

function isStateAt(values: State, step: number, { window, messageBytes }: HistoryWork): boolean {
  const messages = messagesIn(values)
  if (step < 1) return messages.length === 0
  const isLastOne = messages.at(-1)?.text === messageText(step - 1, messageBytes)
  return values['count'] === step && messages.length === Math.min(step, window) && isLastOne
}

function messagesIn(values: State): readonly BaseMessage[] {
  return (values['messages'] ?? []) as readonly BaseMessage[]
}

async function readListing(work: ListingWork, { saver }: ClosableSaver): Promise<Reading> {
  const found = { listed: 0, paged: 0, listedSteps: 0, pagedSteps: 0 }
  const startedMs = performance.now()
  for await (const { metadata } of saver.list({ configurable: THREAD })) {
    found.listed += 1
    found.listedSteps += metadata?.step ?? NaN
  }
  const all = performance.now() - startedMs

  const pagesMs: number[] = []
  let before: { configurable: Record<string, unknown> } | undefined
  while (found.paged < work.checkpoints) {
    const pageStartedMs = performance.now()
    const pagedBefore = found.paged
    const options = { limit: PAGE_LENGTH, ...(before !== undefined && { before }) }
    for await (const { config, metadata } of saver.list({ configurable: THREAD }, options)) {
      found.paged += 1
      found.pagedSteps += metadata?.step ?? NaN
      before = { configurable: { ...config.configurable } }
    }
    pagesMs.push(performance.now() - pageStartedMs)
    if (found.paged === pagedBefore) break
  }
  return { result: found, readings: { all, page: median(pagesMs), longestPage: Math.max(...pagesMs) } }
}
