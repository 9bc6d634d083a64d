import { beforeEach, describe, expect, test } from 'vitest'
import { Run, lastValue, reducer, type Attempt, type Position, type RunOptions } from '../src/index.ts'
import { edgeTo, enter, planOf } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { Trace, line, runOf, valuesOf } from './support/thread.ts'

let store: RecordingStore
let trace: Trace

beforeEach(() => {
  store = new RecordingStore()
  trace = new Trace()
})

const note = (attempt: Attempt) => attempt.write('log', attempt.task.name)
const plan = planOf({
  channels: {
    log: reducer<string[], string>({ reduce: (list, text) => [...list, text], initial: () => [] }),
    n: lastValue({ initial: () => 5 }),
  },
  nodes: { a: { body: note, goesTo: ['b'] }, b: { body: note, goesTo: ['c'] }, c: { body: note } },
})

async function run(start: RunOptions['start'], options: Partial<RunOptions> = {}): Promise<Run> {
  const next = runOf(plan, { store, start, listener: trace, ...options })
  await next.execute()
  return next
}

const sources = () => store.checkpoints.map(({ metadata: { source, step } }) => [source, step])

describe('an input', () => {
  test('is a checkpoint before the first superstep', async () => {
    await run(enter('a'))
    expect(sources()).toEqual([
      ['input', -1],
      ['loop', 0],
      ['loop', 1],
      ['loop', 2],
    ])
  })

  test('to a thread that ended goes on from its state, and counts on', async () => {
    await run(enter('c'))
    expect(valuesOf(await run(enter('c')))['log']).toEqual(['c', 'c'])
    expect(sources()).toEqual([
      ['input', -1],
      ['loop', 0],
      ['input', 1],
      ['loop', 2],
    ])
  })

  test('to a thread that did not end gives up what was due there', async () => {
    await run(enter('a'), { interruptBefore: ['b'] })
    trace = new Trace()
    expect(valuesOf(await run(enter('c')))['log']).toEqual(['a', 'c'])
    expect(trace.steps).toEqual([['c']])
    trace = new Trace()
    await run({ kind: 'continue' })
    expect(trace.steps).toEqual([])
  })

  test('that is empty has nothing to begin with', async () => {
    await expect(run({ kind: 'input', writes: [] })).rejects.toMatchObject({
      name: 'NothingToRunError',
      code: 'NOTHING_TO_RUN',
      message:
        'There is nothing to go on from in thread "thread-1", and no input to begin with. ' +
        'Invoke it with an input first; null goes on with a thread that was saved.',
    })
    expect(store.commits).toEqual([])
  })
})

describe('going on', () => {
  test('with a new thread has nothing to go on from', async () => {
    await expect(run({ kind: 'continue' })).rejects.toMatchObject({ code: 'NOTHING_TO_RUN' })
    await expect(run({ kind: 'continue' }, { store: undefined })).rejects.toThrow(
      'There is nothing to go on from, and no input to begin with.',
    )
  })

  test('with a thread that ended runs nothing and changes nothing', async () => {
    await run(enter('a'))
    const { length } = store.commits
    trace = new Trace()
    expect(valuesOf(await run({ kind: 'continue' }))['log']).toEqual(['a', 'b', 'c'])
    expect(trace.steps).toEqual([])
    expect(store.commits).toHaveLength(length)
  })

  test('finds the first value where undefined was written, as LangGraph does', async () => {
    await run(
      {
        kind: 'input',
        writes: [
          ['n', undefined],
          [edgeTo('a'), null],
        ],
      },
      { interruptBefore: ['a'] },
    )
    expect(valuesOf(await run({ kind: 'continue' }))).toMatchObject({ n: 5 })
  })

  test('gives channels that the graph got since then their first value', async () => {
    await run(enter('a'), { interruptBefore: ['b'] })
    const grown = planOf({
      channels: { log: lastValue(), extra: lastValue({ initial: () => 'new' }) },
      nodes: { b: {} },
    })
    const next = runOf(grown, { store })
    await next.execute()
    expect(valuesOf(next)).toEqual({ log: ['a'], extra: 'new' })
  })
})

describe('a command', () => {
  test('with writes and destinations is an input checkpoint, and runs on from there', async () => {
    await run(enter('c'))
    trace = new Trace()
    const next = await run({
      kind: 'command',
      writes: [
        ['log', 'command'],
        [edgeTo('b'), 'command'],
      ],
    })
    expect(valuesOf(next)['log']).toEqual(['c', 'command', 'b', 'c'])
    expect(trace.steps).toEqual([['b'], ['c']])
    expect(sources().slice(2)).toEqual([
      ['input', 1],
      ['loop', 2],
      ['loop', 3],
    ])
  })

  test('does not give up what was due', async () => {
    await run(enter('a'), { interruptBefore: ['b'] })
    trace = new Trace()
    await run({ kind: 'command', writes: [[edgeTo('c'), 'command']] })
    expect(trace.steps).toEqual([['b', 'c'], ['c']])
  })

  test('is kept before it is applied: a run that died in between goes on with it', async () => {
    await run(enter('a'), { interruptBefore: ['b'] })
    let isUp = false
    store.onCommit = ({ checkpoint }) => {
      if (!isUp && checkpoint !== undefined) throw new Error('died')
    }
    await expect(run({ kind: 'command', writes: [['log', 'command']] })).rejects.toThrow('died')
    isUp = true
    expect(valuesOf(await run({ kind: 'continue' }))['log']).toEqual(['a', 'command', 'b', 'c'])
  })
})

describe('a checkpoint of the past', () => {
  const past = async (step: number): Promise<Partial<RunOptions>> => {
    const found = store.checkpoints.find(({ metadata }) => metadata.step === step)!
    const loaded = store.load(line, found.id)!
    const position: Position = {
      isAddressed: true,
      isSuperseded: store.load(line)!.id !== loaded.id,
      isNestedAddress: false,
    }
    return { loaded, position }
  }

  test('is gone on from as a fork, and what ran after it runs again', async () => {
    await run(enter('a'))
    trace = new Trace()
    const options = await past(0)
    const next = await run({ kind: 'continue' }, options)
    expect(trace.steps).toEqual([['b'], ['c']])
    expect(valuesOf(next)['log']).toEqual(['a', 'b', 'c'])
    expect(sources().slice(4)).toEqual([
      ['fork', 1],
      ['loop', 2],
      ['loop', 3],
    ])
    expect(store.checkpoints[4]!.parentId).toBe(options.loaded!.id)
    expect(store.load(line)!.id).toBe(store.checkpoints.at(-1)!.id)
  })

  test('can be given a command, which is kept on the fork and not in the past', async () => {
    await run(enter('a'))
    const options = await past(0)
    const next = await run({ kind: 'command', writes: [['log', 'command']] }, options)
    expect(valuesOf(next)['log']).toEqual(['a', 'command', 'b', 'c'])
    expect(store.load(line, options.loaded!.id)!.writes).toEqual(options.loaded!.writes)
  })

  test('that is the newest one is gone on from without a fork', async () => {
    await run(enter('a'), { interruptBefore: ['b'] })
    await run({ kind: 'continue' }, await past(0))
    expect(sources()).toEqual([
      ['input', -1],
      ['loop', 0],
      ['loop', 1],
      ['loop', 2],
    ])
  })
})
