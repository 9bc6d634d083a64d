// XState's side: an actor that makes one transition where a graph takes one superstep. With SQLite its persisted
// snapshot is kept at every transition, a row each, as the other engines keep a checkpoint a superstep.
import { createActor, toPromise, type Actor, type AnyStateMachine } from 'xstate'
import type { Engine, Program, Storage } from '../engine.ts'
import { isLangChainWork, type LangChainWork, type Result, type Work } from '../workload.ts'
import { documentOf } from '../workloads/idle-channel.ts'
import { lastEntry, openJournal, type Journal } from './journal.ts'
import {
  chainMachine,
  fanOutMachine,
  invokingMachine,
  nestedMachine,
  stepMachine,
} from './xstate-machines.ts'

type ActorWork = Exclude<Work, LangChainWork>

export const xstateEngine: Engine = {
  open(work: Work, storage: Storage): Program | undefined {
    // Streams, handlers and agents of LangChain's, and a saver in memory, have no counterpart here.
    if (isLangChainWork(work) || storage.kind === 'memory') return undefined
    // Its snapshot holds every child, so one at each child's end would be work that nobody else does.
    if (storage.kind === 'sqlite' && (work.kind === 'fan-out' || work.kind === 'nested')) return undefined
    const journal = openJournal(storage)
    const runActors = actorsOf(work, journal)
    return {
      run() {
        journal?.nextRun()
        return runActors()
      },
      ...(storage.kind === 'sqlite' && { stored: () => storedResult(work, storage.path) }),
      close: () => journal?.close(),
    }
  },
}

/** Makes the machine, and gives a function that runs new actors on it. */
function actorsOf(work: ActorWork, journal: Journal | undefined): () => Result | Promise<Result> {
  switch (work.kind) {
    case 'loop': {
      if (work.node === 'async') {
        const machine = invokingMachine(work.steps)
        return async () => ({ ...(await toPromise(actorOf(machine, 0, journal).start())) })
      }
      const machine = stepMachine(work.steps, '')
      return () => ({ count: stepThrough(actorOf(machine, 0, journal)).count })
    }
    case 'chain':
      return chainTimes(work.nodes, work.times)
    case 'invoke':
      return chainTimes(1, work.times)
    case 'fan-out': {
      const machine = fanOutMachine(work.sends)
      return async () => ({ ...(await toPromise(actorOf(machine, 0, journal).start())) })
    }
    case 'nested': {
      const machine = nestedMachine(work.iterations)
      return async () => ({ ...(await toPromise(actorOf(machine, 0, journal).start())) })
    }
    case 'idle-channel': {
      const machine = stepMachine(work.steps, documentOf(work.documentBytes))
      return () => {
        const { count, document } = stepThrough(actorOf(machine, 0, journal))
        return { count, documentBytes: document.length }
      }
    }
    case 'threads': {
      const machine = invokingMachine(work.steps)
      return async () => {
        const counters = await Promise.all(
          Array.from({ length: work.threads }, (_, thread) =>
            toPromise(actorOf(machine, thread, journal).start()),
          ),
        )
        return { threads: counters.length, count: counters.reduce((total, { count }) => total + count, 0) }
      }
    }
  }
}

/** An actor, not yet started, whose every transition goes into the journal. */
function actorOf<Machine extends AnyStateMachine>(
  machine: Machine,
  thread: number,
  journal: Journal | undefined,
): Actor<Machine> {
  const actor = createActor(machine)
  if (journal !== undefined) {
    let step = 0
    actor.subscribe(() => {
      journal.append(thread, (step += 1), JSON.stringify(actor.getPersistedSnapshot()))
    })
  }
  return actor
}

/** Sends the one event there is until the actor is done. */
function stepThrough<Context>(actor: {
  start(): unknown
  send(event: { readonly type: 'step' }): void
  getSnapshot(): { readonly status: string; readonly context: Context }
}): Context {
  actor.start()
  while (actor.getSnapshot().status === 'active') actor.send({ type: 'step' })
  return actor.getSnapshot().context
}

function chainTimes(nodes: number, times: number): () => Result {
  const machine = chainMachine(nodes)
  return () => {
    let total = 0
    for (let time = 0; time < times; time += 1) total += stepThrough(createActor(machine)).count
    return { count: total }
  }
}

function storedResult(work: Work, path: string): Result {
  const context = (thread: number) =>
    (JSON.parse(lastEntry(path, thread)) as { context: { count: number; document: string } }).context
  if (work.kind === 'threads') {
    let total = 0
    for (let thread = 0; thread < work.threads; thread += 1) total += context(thread).count
    return { threads: work.threads, count: total }
  }
  const { count, document } = context(0)
  return work.kind === 'idle-channel' ? { count, documentBytes: document.length } : { count }
}
