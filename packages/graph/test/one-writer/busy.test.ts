// A thread is for one run at a time; `onBusy` says what becomes of another one.
import { StateGraph as LangGraphStateGraph } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import {
  Command,
  MemorySaver,
  RunSupersededError,
  START,
  StateGraph,
  ThreadBusyError,
  adopt,
  entrypoint,
  interrupt,
  task,
  type OnBusy,
} from '../../src/index.ts'
import { Gate, Log, collect, endOf, gatedGraph, thread, turns } from './gate.ts'

const logOf = async (graph: { getState(config: object): Promise<{ values: unknown }> }) =>
  ((await graph.getState(thread)).values as typeof Log.State).log

describe('by default, while a run has the thread,', () => {
  test('another run is refused, and told who has it', async () => {
    const { graph, gate } = gatedGraph()
    const runId = '7b8e6b0a-53f9-4a3a-8d5a-0e0f5d0f0001'
    const before = Date.now()
    const first = graph.invoke({ log: ['1'] }, { ...thread, runId })
    await gate.visits()
    const error = await endOf(graph.invoke({ log: ['2'] }, thread))
    expect(error).toBeInstanceOf(ThreadBusyError)
    expect(error).toMatchObject({
      code: 'THREAD_BUSY',
      threadId: 't',
      holder: { runId, processId: process.pid, host: undefined },
      untilMs: undefined,
    })
    expect((error as ThreadBusyError).sinceMs).toBeGreaterThanOrEqual(before)
    gate.open()
    expect(await first).toEqual({ log: ['1', 'slow', 'after'] })
    expect(await logOf(graph)).toEqual(['1', 'slow', 'after'])
  })

  test('a stream, an edit, an answer and a batch are refused as well', async () => {
    const { graph, gate } = gatedGraph()
    const first = graph.invoke({ log: ['1'] }, thread)
    await gate.visits()
    const busy = { code: 'THREAD_BUSY' }
    await expect(graph.stream({ log: ['2'] }, thread)).rejects.toMatchObject(busy)
    await expect(graph.updateState(thread, { log: ['3'] })).rejects.toMatchObject(busy)
    await expect(graph.invoke(new Command({ resume: 'x' }), thread)).rejects.toMatchObject(busy)
    await expect(graph.invoke(null, thread)).rejects.toMatchObject(busy)
    await expect(graph.batch([{ log: ['4'] }], thread)).rejects.toMatchObject(busy)
    const events = async () => {
      for await (const event of graph.streamEvents({ log: ['5'] }, { ...thread, version: 'v2' })) void event
    }
    await expect(events()).rejects.toMatchObject(busy)
    gate.open()
    await first
    expect(await logOf(graph)).toEqual(['1', 'slow', 'after'])
  })

  test('its state can be read', async () => {
    const { graph, gate } = gatedGraph()
    const first = graph.invoke({ log: ['1'] }, thread)
    await gate.visits()
    expect(await logOf(graph)).toEqual(['1'])
    expect((await collect(graph.getStateHistory(thread))).length).toBe(2)
    gate.open()
    await first
  })

  test('other threads are free, and so are threads of other savers', async () => {
    const { graph, gate } = gatedGraph()
    const first = graph.invoke({ log: ['1'] }, thread)
    await gate.visits()
    const other = graph.invoke({ log: ['2'] }, { configurable: { thread_id: 'other' } })
    await gate.visits(2)
    gate.open()
    expect(await other).toEqual({ log: ['2', 'slow', 'after'] })
    await first
  })

  test('the thread is free again at once when the run has ended: with a result, a question, a failure', async () => {
    let fails = true
    const graph = new StateGraph(Log)
      .addNode('ask', () => ({ log: [String(interrupt('?'))] }))
      .addNode('fail', () => {
        if (fails) throw new Error('broken')
        return { log: ['done'] }
      })
      .addEdge(START, 'ask')
      .addEdge('ask', 'fail')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({ log: [] }, thread)
    await expect(graph.invoke(new Command({ resume: 'yes' }), thread)).rejects.toThrow('broken')
    fails = false
    expect(await graph.invoke(null, thread)).toEqual({ log: ['yes', 'done'] })
    await graph.updateState(thread, { log: ['edited'] })
    const lost = new Command({ goto: 'nowhere' }) as Command<unknown, never, never>
    await expect(graph.invoke(lost, thread)).rejects.toMatchObject({ code: 'UNKNOWN_NODE' })
    await graph.updateState(thread, { log: ['again'] })
    expect(await logOf(graph)).toEqual(['yes', 'done', 'edited', 'again'])
  })

  test('it is free again when a run was aborted, whose node goes on', async () => {
    const gate = new Gate()
    const graph = new StateGraph(Log)
      .addNode('deaf', async () => {
        await gate.pass()
        return { log: ['late'] }
      })
      .addEdge(START, 'deaf')
      .compile({ checkpointer: new MemorySaver() })
    const controller = new AbortController()
    const first = graph.invoke({ log: ['1'] }, { ...thread, signal: controller.signal })
    await gate.visits()
    controller.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    const second = graph.invoke({ log: ['2'] }, thread)
    await gate.visits(2)
    gate.open()
    expect(await second).toEqual({ log: ['1', '2', 'late'] })
  })

  test('it is free again when a stream was left early, or never read', async () => {
    const { graph, gate } = gatedGraph()
    for await (const chunk of await graph.stream({ log: ['1'] }, { ...thread, streamMode: 'values' })) {
      void chunk
      break
    }
    await graph.updateState(thread, { log: ['left'] })

    const unread = await graph.stream({ log: ['2'] }, { ...thread, streamMode: 'values' })
    await gate.visits(2)
    gate.open()
    await turns()
    await graph.updateState(thread, { log: ['unread'] })
    await unread.cancel()

    const events = graph.streamEvents({ log: ['3'] }, { ...thread, version: 'v2' })
    await events.getReader().read()
    await gate.visits(3)
    gate.open()
    await turns()
    await graph.updateState(thread, { log: ['events'] })
    expect(await logOf(graph)).toEqual('1 left 2 slow after unread 3 slow after events'.split(' '))
  })
})

describe("with onBusy: 'wait'", () => {
  test('runs and edits have the thread one after the other, in the order of coming', async () => {
    const { graph, gate } = gatedGraph()
    const first = graph.invoke({ log: ['1'] }, thread)
    await gate.visits()
    const wait = { ...thread, onBusy: 'wait' } as const
    const second = graph.invoke({ log: ['2'] }, wait)
    await turns()
    const edit = graph.updateState(wait, { log: ['edit'] }, 'after')
    await turns()
    const third = graph.stream({ log: ['3'] }, wait)
    for (let visit = 1; visit <= 3; visit++) {
      await gate.visits(visit)
      gate.open()
    }
    expect(await first).toEqual({ log: ['1', 'slow', 'after'] })
    expect(await second).toEqual({ log: ['1', 'slow', 'after', '2', 'slow', 'after'] })
    await edit
    expect(await collect(await third)).toEqual([{ slow: { log: ['slow'] } }, { after: { log: ['after'] } }])
    expect((await logOf(graph)).join(' ')).toBe('1 slow after 2 slow after edit 3 slow after')
  })

  test('no update is lost, however many come at once', async () => {
    const graph = new StateGraph(Log)
      .addNode('add', async () => {
        await turns(1)
        return { log: ['+'] }
      })
      .addEdge(START, 'add')
      .compile({ checkpointer: new MemorySaver(), onBusy: 'wait' })
    await Promise.all(Array.from({ length: 30 }, () => graph.invoke({ log: [] }, thread)))
    expect(await logOf(graph)).toHaveLength(30)
  })

  test('a run that is aborted leaves the queue', async () => {
    const { graph, gate } = gatedGraph({ onBusy: 'wait' })
    const first = graph.invoke({ log: ['1'] }, thread)
    await gate.visits()
    const controller = new AbortController()
    const second = graph.invoke({ log: ['2'] }, { ...thread, signal: controller.signal })
    await turns()
    const third = graph.invoke({ log: ['3'] }, thread)
    await turns()
    controller.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    gate.open()
    await gate.visits(2)
    gate.open()
    await first
    expect(await third).toEqual({ log: ['1', 'slow', 'after', '3', 'slow', 'after'] })
  })

  test('a plain answer is for what was asked when it came, and for nothing that is asked later', async () => {
    const graph = new StateGraph(Log)
      .addNode('ask', async () => {
        const first = String(interrupt('first?'))
        await turns(1)
        return { log: [first, String(interrupt('second?'))] }
      })
      .addEdge(START, 'ask')
      .compile({ checkpointer: new MemorySaver(), onBusy: 'wait' })
    await graph.invoke({ log: [] }, thread)
    const [one, other] = await Promise.allSettled([
      graph.invoke(new Command({ resume: 'A' }), thread),
      graph.invoke(new Command({ resume: 'B' }), thread),
    ])
    expect(one.status).toBe('fulfilled')
    expect(other).toMatchObject({ status: 'rejected', reason: { code: 'STALE_RESUME' } })
    expect(await graph.invoke(new Command({ resume: 'C' }), thread)).toEqual({ log: ['A', 'C'] })
  })
})

describe("with onBusy: 'interrupt'", () => {
  test('the run that has the thread stops before its next superstep, and what it has done is kept', async () => {
    const { graph, gate } = gatedGraph()
    const first = endOf(graph.invoke({ log: ['1'] }, thread))
    await gate.visits()
    const second = graph.invoke({ log: ['2'] }, { ...thread, onBusy: 'interrupt' })
    await turns()
    gate.open()
    const error = await first
    expect(error).toBeInstanceOf(RunSupersededError)
    expect(error).toMatchObject({ code: 'RUN_SUPERSEDED', threadId: 't', by: { processId: process.pid } })
    await gate.visits(2)
    gate.open()
    expect(await second).toEqual({ log: ['1', 'slow', '2', 'slow', 'after'] })
  })

  test('whoever goes on without input runs what the other one has left', async () => {
    const { graph, gate } = gatedGraph()
    const first = endOf(graph.invoke({ log: ['1'] }, thread))
    await gate.visits()
    const second = graph.invoke(null, { ...thread, onBusy: 'interrupt' })
    await turns()
    gate.open()
    expect(await first).toMatchObject({ code: 'RUN_SUPERSEDED' })
    expect(await second).toEqual({ log: ['1', 'slow', 'after'] })
  })

  test('a graph within the run stops, too', async () => {
    const gate = new Gate()
    const inner = new StateGraph(Log)
      .addNode('slow', async () => {
        await gate.pass()
        return { log: ['slow'] }
      })
      .addNode('after', () => ({ log: ['after'] }))
      .addEdge(START, 'slow')
      .addEdge('slow', 'after')
      .compile()
    const graph = new StateGraph(Log)
      .addNode('inner', inner)
      .addNode('last', () => ({ log: ['last'] }))
      .addEdge(START, 'inner')
      .addEdge('inner', 'last')
      .compile({ checkpointer: new MemorySaver() })
    const first = endOf(graph.invoke({ log: ['1'] }, thread))
    await gate.visits()
    const second = graph.invoke(null, { ...thread, onBusy: 'interrupt' })
    await turns()
    gate.open()
    expect(await first).toMatchObject({ code: 'RUN_SUPERSEDED' })
    expect(await second).toEqual({ log: ['1', '1', 'slow', 'after', 'last'] })
  })

  test('a run that ends anyway ends as it would have', async () => {
    const gate = new Gate()
    const graph = new StateGraph(Log)
      .addNode('slow', async () => {
        await gate.pass()
        return { log: ['slow'] }
      })
      .addEdge(START, 'slow')
      .compile({ checkpointer: new MemorySaver() })
    const first = graph.invoke({ log: ['1'] }, thread)
    await gate.visits()
    const edit = graph.updateState({ ...thread, onBusy: 'interrupt' }, { log: ['edit'] })
    await turns()
    gate.open()
    expect(await first).toEqual({ log: ['1', 'slow'] })
    await edit
    expect(await logOf(graph)).toEqual(['1', 'slow', 'edit'])
  })
})

describe('two answers to one question at the same time', () => {
  const asking = (onBusy: OnBusy) =>
    new StateGraph(Log)
      .addNode('ask', async () => {
        const answer = String(interrupt('?'))
        await turns(2)
        return { log: [answer] }
      })
      .addEdge(START, 'ask')
      .compile({ checkpointer: new MemorySaver(), onBusy })

  test.each([
    ['reject', 'THREAD_BUSY'],
    ['wait', 'STALE_RESUME'],
  ] as const)('are one too many: one is used, once (%s)', async (onBusy, code) => {
    for (const resumeOf of [
      (answer: string): unknown => answer,
      (answer: string, id: string): unknown => ({ [id]: answer }),
    ]) {
      const graph = asking(onBusy)
      await graph.invoke({ log: [] }, thread)
      const { id } = (await graph.getState(thread)).tasks[0]!.interrupts[0]!
      const ends = await Promise.allSettled(
        ['A', 'B'].map((answer) => graph.invoke(new Command({ resume: resumeOf(answer, id!) }), thread)),
      )
      expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
      expect(ends[1]).toMatchObject({ reason: { code } })
      expect(await logOf(graph)).toEqual(['A'])
    }
  })
})

describe('where it is said', () => {
  test('a run says it over the graph, and withConfig over compile', async () => {
    const { graph, gate } = gatedGraph({ onBusy: 'wait' })
    const first = graph.invoke({ log: ['1'] }, thread)
    await gate.visits()
    const busy = { code: 'THREAD_BUSY' }
    await expect(graph.invoke({ log: ['2'] }, { ...thread, onBusy: 'reject' })).rejects.toMatchObject(busy)
    const bound = graph.withConfig({ onBusy: 'reject' })
    await expect(bound.invoke({ log: ['3'] }, thread)).rejects.toMatchObject(busy)
    const copy = graph.withConfig({ tags: ['copy'] })
    const waiting = copy.invoke({ log: ['4'] }, thread)
    await turns()
    gate.open()
    await gate.visits(2)
    gate.open()
    await first
    expect(await waiting).toEqual({ log: ['1', 'slow', 'after', '4', 'slow', 'after'] })
  })

  test('anything else is refused', async () => {
    const { graph } = gatedGraph()
    const message = '"onBusy" must be "reject", "wait" or "interrupt", but is "queue".'
    const onBusy = 'queue' as OnBusy
    expect(() => gatedGraph({ onBusy })).toThrow(message)
    await expect(graph.invoke({ log: [] }, { ...thread, onBusy })).rejects.toThrow(message)
    await expect(graph.updateState({ ...thread, onBusy }, { log: [] })).rejects.toThrow(message)
  })

  test('it is nothing to the nodes of the run', async () => {
    const configs: object[] = []
    const graph = new StateGraph(Log)
      .addNode('look', (_, config) => {
        configs.push(config)
        return { log: [] }
      })
      .addEdge(START, 'look')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({ log: [] }, { ...thread, onBusy: 'wait' })
    expect(configs[0]).not.toHaveProperty('onBusy')
  })

  test('an adopted graph and an entrypoint take it, too', async () => {
    const gate = new Gate()
    const waiting = task('waiting', async (text: string) => {
      await gate.pass()
      return text
    })
    const workflow = entrypoint({ name: 'workflow', checkpointer: new MemorySaver() }, async (text: string) =>
      waiting(text),
    )
    const adopted = adopt(
      new LangGraphStateGraph(Log)
        .addNode('slow', async () => {
          await gate.pass()
          return { log: ['slow'] }
        })
        .addEdge(START, 'slow')
        .compile({ checkpointer: new MemorySaver() }),
    )
    let visits = 0
    for (const run of [
      (onBusy: OnBusy) => workflow.invoke('text', { ...thread, onBusy }),
      (onBusy: OnBusy) => adopted.invoke({ log: [] }, { ...thread, onBusy }),
    ]) {
      const first = run('reject')
      await gate.visits(++visits)
      await expect(run('reject')).rejects.toMatchObject({ code: 'THREAD_BUSY' })
      const second = run('wait')
      await turns()
      gate.open()
      await first
      await gate.visits(++visits)
      gate.open()
      await second
    }
  })
})
