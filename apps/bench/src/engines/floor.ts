// The floor: the same work as bare code, with no engine at all. What is above it is what an engine costs.
import type { Engine, Program, Storage } from '../engine.ts'
import {
  isReadingWork,
  type FanOutWork,
  type LongRunWork,
  type LoopWork,
  type NestedWork,
  type ProcessesWork,
  type ReadingWork,
  type Result,
  type ThreadsWork,
  type Work,
} from '../workload.ts'
import { documentOf } from '../workloads/idle-channel.ts'
import { checksumOf, messageText } from '../workloads/message-text.ts'
import { NESTED_DEPTH } from '../workloads/nested.ts'
import { allEntries, lastEntry, openJournal, type Journal } from './journal.ts'

export const floorEngine: Engine = {
  open(work: Work, storage: Storage): Program | undefined {
    if (hasNoFloor(work)) return undefined
    const journal = openJournal(storage)
    return {
      run() {
        journal?.nextRun()
        return runBare(work, journal)
      },
      ...(storage.kind === 'sqlite' && { stored: () => storedResult(work, storage.path) }),
      close: () => journal?.close(),
    }
  },
}

function runBare(work: FlooredWork, journal: Journal | undefined): Result | Promise<Result> {
  switch (work.kind) {
    case 'loop':
      return bareLoop(work, journal)
    case 'chain':
      return bareChain(work.nodes, work.times)
    case 'invoke':
      return bareChain(1, work.times)
    case 'fan-out':
      return bareFanOut(work, journal)
    case 'nested':
      return bareNested(work, journal)
    case 'stream':
      return bareStream(work.steps)
    case 'idle-channel':
      return bareIdleChannel(work.steps, documentOf(work.documentBytes), journal)
    case 'threads':
      return bareThreads(work, journal)
    case 'handler':
      return bareHandler(work.steps)
    case 'events':
      return bareEvents(work.steps)
    case 'agent':
      return bareAgent(work.rounds)
    case 'messages':
      return bareMessages(work.steps, work.messageBytes, journal)
    case 'conversation':
      return bareMessages(2 * work.turns, work.messageBytes, journal)
  }
}

/** What is about a saver's history, and about the machinery around a loop, has nothing below it. */
type UnflooredWork = ReadingWork | ProcessesWork | LongRunWork
type FlooredWork = Exclude<Work, UnflooredWork>

function hasNoFloor(work: Work): work is UnflooredWork {
  return isReadingWork(work) || work.kind === 'processes' || work.kind === 'long-run'
}

/** Each message is a row of its own. */
function bareMessages(messages: number, messageBytes: number, journal: Journal | undefined): Result {
  const texts: string[] = []
  for (let index = 0; index < messages; index += 1) {
    const text = messageText(index, messageBytes)
    texts.push(text)
    journal?.append(0, index, text)
  }
  return { messages: texts.length, checksum: checksumOf(texts) }
}

interface Counter {
  readonly count: number
}

function addOne(state: Counter): Counter {
  return { count: state.count + 1 }
}

async function addOneLater(state: Counter): Promise<Counter> {
  return addOne(state)
}

function bareLoop(work: LoopWork, journal: Journal | undefined): Result | Promise<Result> {
  if (work.node === 'async') return bareAsyncLoop(0, work.steps, journal)
  let state: Counter = { count: 0 }
  while (state.count < work.steps) {
    state = addOne(state)
    journal?.append(0, state.count, JSON.stringify(state))
  }
  return { count: state.count }
}

async function bareAsyncLoop(thread: number, steps: number, journal: Journal | undefined): Promise<Result> {
  let state: Counter = { count: 0 }
  while (state.count < steps) {
    state = await addOneLater(state)
    journal?.append(thread, state.count, JSON.stringify(state))
  }
  return { count: state.count }
}

function bareChain(length: number, times: number): Result {
  const nodes = Array.from({ length }, () => (state: Counter) => ({ count: state.count + 1 }))
  let total = 0
  for (let time = 0; time < times; time += 1) {
    let state: Counter = { count: 0 }
    for (const node of nodes) state = node(state)
    total += state.count
  }
  return { count: total }
}

function find({ index }: { readonly index: number }) {
  return { found: 2 * index, tasks: 1 }
}

function bareFanOut(work: FanOutWork, journal: Journal | undefined): Result {
  const updates = Array.from({ length: work.sends }, (_, index) => ({ index })).map(find)
  let state = { found: 0, tasks: 0 }
  journal?.together(() => {
    for (const [index, update] of updates.entries()) journal.append(0, index, JSON.stringify(update))
  })
  for (const update of updates) {
    state = { found: state.found + update.found, tasks: state.tasks + update.tasks }
  }
  const result = { tasks: state.tasks, answer: state.found }
  journal?.append(0, work.sends, JSON.stringify(result))
  return result
}

function bareNested(work: NestedWork, journal: Journal | undefined): Result {
  let step = 0
  const enter = (state: Counter, level: number): Counter => {
    const next = level === 0 ? addOne(state) : enter(state, level - 1)
    journal?.append(0, (step += 1), JSON.stringify(next))
    return next
  }
  let state: Counter = { count: 0 }
  while (state.count < work.iterations) state = enter(state, NESTED_DEPTH)
  return { count: state.count }
}

async function bareStream(steps: number): Promise<Result> {
  async function* chunks(): AsyncGenerator<readonly [mode: string, chunk: Counter]> {
    let state: Counter = { count: 0 }
    yield ['values', state]
    while (state.count < steps) {
      state = addOne(state)
      yield ['updates', state]
      yield ['values', state]
    }
  }
  const seen = { count: 0, values: 0, updates: 0 }
  for await (const [mode, chunk] of chunks()) {
    if (mode === 'values') {
      seen.values += 1
      seen.count = chunk.count
    } else seen.updates += 1
  }
  return seen
}

/** Who watches is told of the loop, of its start, and in each round of the step and of the way on. */
function toldOf(steps: number, start: () => void, end: () => void): Counter {
  const told = <Value>(body: () => Value): Value => {
    start()
    const value = body()
    end()
    return value
  }
  return told(() => {
    let state: Counter = told(() => ({ count: 0 }))
    let goesOn = true
    while (goesOn) {
      state = told(() => addOne(state))
      goesOn = told(() => state.count < steps)
    }
    return state
  })
}

function bareHandler(steps: number): Result {
  const seen = { starts: 0, ends: 0 }
  const { count } = toldOf(
    steps,
    () => (seen.starts += 1),
    () => (seen.ends += 1),
  )
  return { count, ...seen }
}

async function bareEvents(steps: number): Promise<Result> {
  const events: ('starts' | 'ends' | 'chunks')[] = []
  const { count } = toldOf(
    steps,
    () => events.push('starts'),
    () => events.push('ends'),
  )
  async function* all() {
    yield* events
    for (let step = 0; step < count; step += 1) yield 'chunks' as const
  }
  const seen = { starts: 0, ends: 0, chunks: 0 }
  for await (const event of all()) seen[event] += 1
  return seen
}

async function bareAgent(rounds: number): Promise<Result> {
  const messages: { readonly text: string; readonly calls?: readonly number[] }[] = [{ text: '0' }]
  const model = async (round: number, text: string) =>
    round < rounds ? { text: '', calls: [Number(text)] } : { text }
  const tool = async (n: number) => ({ text: String(n + 1) })
  for (let round = 0; ; round += 1) {
    const answer: (typeof messages)[number] = await model(round, messages.at(-1)!.text)
    messages.push(answer)
    if (answer.calls === undefined) return { messages: messages.length, sum: Number(answer.text) }
    for (const n of answer.calls) messages.push(await tool(n))
  }
}

function bareIdleChannel(steps: number, document: string, journal: Journal | undefined): Result {
  let state = { count: 0, document }
  journal?.append(1, 0, document)
  while (state.count < steps) {
    state = { count: state.count + 1, document: state.document }
    journal?.append(0, state.count, JSON.stringify({ count: state.count }))
  }
  return { count: state.count, documentBytes: state.document.length }
}

async function bareThreads(work: ThreadsWork, journal: Journal | undefined): Promise<Result> {
  const loops = Array.from({ length: work.threads }, (_, thread) =>
    bareAsyncLoop(thread, work.steps, journal),
  )
  const counts = (await Promise.all(loops)).map((result) => result['count'] ?? 0)
  return { threads: counts.length, count: counts.reduce((total, each) => total + each, 0) }
}

function storedResult(work: FlooredWork, path: string): Result {
  const last = (thread: number): Result => JSON.parse(lastEntry(path, thread)) as Result
  if (work.kind === 'threads') {
    let total = 0
    for (let thread = 0; thread < work.threads; thread += 1) total += last(thread)['count'] ?? 0
    return { threads: work.threads, count: total }
  }
  if (work.kind === 'idle-channel') return { ...last(0), documentBytes: lastEntry(path, 1).length }
  if (work.kind === 'messages' || work.kind === 'conversation') {
    const texts = allEntries(path, 0)
    return { messages: texts.length, checksum: checksumOf(texts) }
  }
  return last(0)
}
