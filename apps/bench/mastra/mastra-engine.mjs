// Mastra's side, in plain JavaScript: its packages are not in the workspace, so nothing here could be type-checked.
// Implements the bench's `Engine` (see ../src/engine.ts).
//
// What it keeps with SQLite: one row per run, replaced at the start of every step by a snapshot which holds the
// result of the step before. It keeps no history, so this is less than the other engines store.
import { Mastra } from '@mastra/core'
import { createStep, createWorkflow } from '@mastra/core/workflows'
import { LibSQLStore } from '@mastra/libsql'
import { z } from 'zod'

const Counter = z.object({ count: z.number() })
const Reading = z.object({ count: z.number(), document: z.string() })
const Task = z.object({ index: z.number() })
const Finding = z.object({ found: z.number() })
const Answer = z.object({ tasks: z.number(), answer: z.number() })

/** The kinds of work that have a counterpart here. */
const kinds = new Set(['loop', 'threads', 'chain', 'invoke', 'fan-out', 'nested', 'idle-channel'])

export const mastraEngine = {
  async open(work, storage) {
    if (!kinds.has(work.kind) || storage.kind === 'memory') return undefined
    // A nested workflow is kept only as one step of the outermost one.
    if (storage.kind === 'sqlite' && work.kind === 'nested') return undefined
    const { workflow: design, input, result } = designOf(work)
    const store = storage.kind === 'sqlite' ? openStore(storage.path) : undefined
    await store?.init()
    const workflow = store === undefined ? design : register(design, store)

    let round = 0

    const runOnce = async (thread) => {
      const run = await workflow.createRunAsync({ runId: `run-${round}-${thread}` })
      const outcome = await run.start({ inputData: input })
      if (outcome.status !== 'success') throw new Error(`Mastra's workflow ended as ${outcome.status}.`)
      return result(outcome.result)
    }

    return {
      async run() {
        round += 1
        if (work.kind === 'chain' || work.kind === 'invoke') {
          let total = 0
          for (let time = 0; time < work.times; time += 1) total += (await runOnce(time)).count
          return { count: total }
        }
        if (work.kind === 'threads') {
          return summed(
            await Promise.all(Array.from({ length: work.threads }, (_, thread) => runOnce(thread))),
          )
        }
        return runOnce(0)
      },
      async stored() {
        const second = openStore(storage.path)
        const results = []
        for (let thread = 0; thread < (work.kind === 'threads' ? work.threads : 1); thread += 1) {
          const runId = `run-${round}-${thread}`
          const snapshot = await second.loadWorkflowSnapshot({ workflowName: design.id, runId })
          results.push(result(snapshot.result))
        }
        second.client.close()
        return work.kind === 'threads' ? summed(results) : results[0]
      },
      async close() {
        if (store === undefined) return
        // The other engines' databases fold their log into the file when they are closed.
        await store.client.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        store.client.close()
      },
    }
  },
}

function openStore(path) {
  return new LibSQLStore({ url: `file:${path}` })
}

function register(workflow, storage) {
  return new Mastra({ workflows: { [workflow.id]: workflow }, storage, logger: false }).getWorkflow(
    workflow.id,
  )
}

function summed(results) {
  return { threads: results.length, count: results.reduce((total, { count }) => total + count, 0) }
}

/** A workflow, what it is given, and what is read from its result. */
function designOf(work) {
  switch (work.kind) {
    case 'loop':
      return loopDesign(work.steps, work.node)
    case 'threads':
      return loopDesign(work.steps, 'async')
    case 'chain':
      return chainDesign(work.nodes)
    case 'invoke':
      return chainDesign(1)
    case 'fan-out':
      return fanOutDesign(work.sends)
    case 'nested':
      return nestedDesign(work.iterations)
    case 'idle-channel':
      return idleChannelDesign(work.steps, 'x'.repeat(work.documentBytes))
    default:
      throw new RangeError(`Mastra has no way to do "${work.kind}".`)
  }
}

const addOne = ({ inputData }) => ({ count: inputData.count + 1 })

function counterStep(id, execute) {
  return createStep({ id, inputSchema: Counter, outputSchema: Counter, execute })
}

function counterWorkflow(id) {
  return createWorkflow({ id, inputSchema: Counter, outputSchema: Counter })
}

function loopDesign(steps, node) {
  const step = counterStep('step', node === 'sync' ? addOne : async (context) => addOne(context))
  return {
    workflow: counterWorkflow('loop')
      .dountil(step, async ({ inputData }) => inputData.count >= steps)
      .commit(),
    input: { count: 0 },
    result: ({ count }) => ({ count }),
  }
}

function chainDesign(nodes) {
  let workflow = counterWorkflow('chain')
  for (let node = 0; node < nodes; node += 1) workflow = workflow.then(counterStep(`node-${node}`, addOne))
  return { workflow: workflow.commit(), input: { count: 0 }, result: ({ count }) => ({ count }) }
}

function fanOutDesign(sends) {
  const worker = createStep({
    id: 'worker',
    inputSchema: Task,
    outputSchema: Finding,
    execute: async ({ inputData }) => ({ found: 2 * inputData.index }),
  })
  const join = createStep({
    id: 'join',
    inputSchema: z.array(Finding),
    outputSchema: Answer,
    execute: async ({ inputData }) => ({
      tasks: inputData.length,
      answer: inputData.reduce((total, { found }) => total + found, 0),
    }),
  })
  return {
    workflow: createWorkflow({ id: 'fan-out', inputSchema: z.array(Task), outputSchema: Answer })
      .foreach(worker, { concurrency: sends })
      .then(join)
      .commit(),
    input: Array.from({ length: sends }, (_, index) => ({ index })),
    result: ({ tasks, answer }) => ({ tasks, answer }),
  }
}

function nestedDesign(iterations) {
  const third = counterWorkflow('third').then(counterStep('innermost', addOne)).commit()
  const second = counterWorkflow('second').then(third).commit()
  const first = counterWorkflow('first').then(second).commit()
  return {
    workflow: counterWorkflow('nested')
      .dountil(first, async ({ inputData }) => inputData.count >= iterations)
      .commit(),
    input: { count: 0 },
    result: ({ count }) => ({ count }),
  }
}

function idleChannelDesign(steps, document) {
  const step = createStep({
    id: 'step',
    inputSchema: Reading,
    outputSchema: Reading,
    execute: async ({ inputData }) => ({ count: inputData.count + 1, document: inputData.document }),
  })
  return {
    workflow: createWorkflow({ id: 'idle-channel', inputSchema: Reading, outputSchema: Reading })
      .dountil(step, async ({ inputData }) => inputData.count >= steps)
      .commit(),
    input: { count: 0, document },
    result: (reading) => ({ count: reading.count, documentBytes: reading.document.length }),
  }
}
