import { beforeEach, describe, expect, test } from 'vitest'
import {
  INTERRUPT,
  NULL_TASK_ID,
  RESUME,
  openQuestions,
  reducer,
  type Answer,
  type Attempt,
  type RunOptions,
  type RunResult,
} from '../src/index.ts'
import { Deferred, turn } from './support/deferred.ts'
import { enter, planOf, type Graph } from './support/graph.ts'
import { RecordingStore } from './support/recording-store.ts'
import { ask, line, runOf, stopSilently, valuesOf } from './support/thread.ts'

let store: RecordingStore
const executed: string[] = []

beforeEach(() => {
  store = new RecordingStore()
  executed.length = 0
})

/** A node that asks each of its questions, and writes the answers down. */
const asking =
  (...questions: string[]) =>
  (attempt: Attempt) => {
    executed.push(attempt.task.name)
    const answers = questions.map((question) => ask(attempt, question))
    attempt.write('log', `${attempt.task.name}: ${answers.join(', ')}`)
  }

const plain = (attempt: Attempt) => {
  executed.push(attempt.task.name)
  attempt.write('log', attempt.task.name)
}

function graph(nodes: Graph['nodes']) {
  const log = reducer<string[], string>({ reduce: (list, text) => [...list, text], initial: () => [] })
  const plan = planOf({ channels: { log }, nodes })
  const run = (start: RunOptions['start'], options: Partial<RunOptions> = {}) => {
    const next = runOf(plan, { store, start, ...options })
    return next
      .execute()
      .then((result): RunResult & { log: unknown } => ({ ...result, log: valuesOf(next)['log'] }))
  }
  const answer = (given: Answer) => run({ kind: 'command', writes: [], answer: given })
  return {
    run,
    answer: (value: unknown) => answer({ kind: 'plain', value }),
    answerById: (values: Record<string, unknown>) => answer({ kind: 'byId', values }),
  }
}

describe('a question', () => {
  test('stops the run, which goes on with the answer', async () => {
    const { run, answer } = graph({ a: { body: asking('name'), goesTo: ['b'] }, b: { body: plain } })
    expect(await run(enter('a'))).toEqual({
      kind: 'interrupted',
      questions: [{ id: 'name', value: 'name?' }],
      log: [],
    })
    expect(await answer('Ada')).toEqual({ kind: 'finished', log: ['a: Ada', 'b'] })
    expect(executed).toEqual(['a', 'a', 'b'])
  })

  test('is kept with the checkpoint that its task started from, and makes none of its own', async () => {
    const { run } = graph({ a: { body: asking('name') } })
    await run(enter('a'))
    expect(store.checkpoints.map(({ metadata }) => metadata.step)).toEqual([-1])
    const { writes } = store.load(line)!
    expect(writes.map(([, channel, value]) => [channel, value])).toEqual([
      [INTERRUPT, [{ id: 'name', value: 'name?' }]],
    ])
  })

  test('is asked again when the thread goes on without an answer', async () => {
    const { run, answer } = graph({ a: { body: asking('name') } })
    await run(enter('a'))
    expect(await run({ kind: 'continue' })).toMatchObject({ kind: 'interrupted' })
    expect(await answer('Ada')).toMatchObject({ kind: 'finished' })
  })

  test('leaves what siblings finished: they are shown, kept, and not run again', async () => {
    const { run, answer } = graph({ a: { body: asking('name') }, b: { body: plain } })
    expect(await run(enter(['a', 'b']))).toMatchObject({ kind: 'interrupted', log: ['b'] })
    expect(await answer('Ada')).toMatchObject({ kind: 'finished', log: ['a: Ada', 'b'] })
    expect(executed).toEqual(['a', 'b', 'a'])
  })

  test('waits for siblings that are still at work', async () => {
    const gate = new Deferred()
    const { run } = graph({
      a: { body: asking('name') },
      b: { body: (attempt) => gate.promise.then(() => plain(attempt)) },
    })
    let isOver = false
    const running = run(enter(['a', 'b'])).finally(() => (isOver = true))
    await turn()
    expect(isOver).toBe(false)
    gate.resolve()
    expect(await running).toMatchObject({ kind: 'interrupted', log: ['b'] })
  })

  test('stops nothing when a sibling fails: the run fails', async () => {
    const failing = () => Promise.reject(new Error('b fails'))
    const { run } = graph({ a: { body: asking('name') }, b: { body: failing } })
    await expect(run(enter(['a', 'b']))).rejects.toThrow('b fails')
    expect(openQuestions(store.load(line)!.writes).map(({ id }) => id)).toEqual(['name'])
  })

  test('that is given up for a new input is open no more', async () => {
    const { run, answer } = graph({ a: { body: asking('name') }, b: { body: plain } })
    await run(enter('a'))
    expect(await run(enter('b'))).toEqual({ kind: 'finished', log: ['b'] })
    await expect(answer('Ada')).rejects.toMatchObject({ code: 'STALE_RESUME' })
  })

  test('without content stops the run, and nothing is kept of it', async () => {
    const { run } = graph({ a: { body: () => stopSilently() }, b: { body: plain } })
    expect(await run(enter(['a', 'b']))).toEqual({ kind: 'interrupted', questions: [], log: ['b'] })
    expect(store.load(line)!.writes.map(([, channel]) => channel)).not.toContain(INTERRUPT)
  })
})

describe('several questions in one superstep', () => {
  const nodes = { a: { body: asking('name') }, b: { body: asking('place') } }

  test('are all reported, in the order of their tasks', async () => {
    const { run } = graph(nodes)
    expect((await run(enter(['b', 'a']))) as unknown).toMatchObject({
      questions: [
        { id: 'name', value: 'name?' },
        { id: 'place', value: 'place?' },
      ],
    })
  })

  test('are answered by id, together', async () => {
    const { run, answerById } = graph(nodes)
    await run(enter(['a', 'b']))
    expect(await answerById({ place: 'London', name: 'Ada' })).toEqual({
      kind: 'finished',
      log: ['a: Ada', 'b: London'],
    })
  })

  test('are answered by id, one after the other: what has its answer does not run again', async () => {
    const { run, answerById } = graph(nodes)
    await run(enter(['a', 'b']))
    expect(await answerById({ place: 'London' })).toMatchObject({
      questions: [{ id: 'name' }],
      log: ['b: London'],
    })
    expect(await answerById({ name: 'Ada' })).toEqual({ kind: 'finished', log: ['a: Ada', 'b: London'] })
    expect(executed).toEqual(['a', 'b', 'a', 'b', 'a'])
  })

  test('refuse a plain answer, and stay open', async () => {
    const { run, answer, answerById } = graph(nodes)
    await run(enter(['a', 'b']))
    await expect(answer('Ada')).rejects.toMatchObject({
      name: 'AmbiguousResumeError',
      code: 'AMBIGUOUS_RESUME',
      threadId: 'thread-1',
      open: [
        { id: 'name', node: 'a', value: 'name?' },
        { id: 'place', node: 'b', value: 'place?' },
      ],
      message:
        'Thread "thread-1" waits for 2 answers, but got one without an id. Answer by id: ' +
        'new Command({ resume: { "name": …, "place": … } }). Open are: ' +
        'name (asked by "a": "name?"); place (asked by "b": "place?")',
    })
    expect(await answerById({ name: 'Ada', place: 'London' })).toMatchObject({ kind: 'finished' })
  })

  test('take one plain answer together when they ask the same', async () => {
    const approving = (id: string) => (attempt: Attempt) => {
      attempt.write('log', `${id}: ${String(ask(attempt, id, { approve: ['this'] }))}`)
    }
    const { run, answer } = graph({ a: { body: approving('first') }, b: { body: approving('second') } })
    await run(enter(['a', 'b']))
    expect(await answer('yes')).toEqual({ kind: 'finished', log: ['first: yes', 'second: yes'] })
    const kept = store.commits.flatMap(({ writes }) => writes).filter(({ taskId }) => taskId === 'second')
    expect(kept.flatMap(({ writes }) => writes)).toEqual([[RESUME, ['yes']]])
  })

  test('take a plain answer once only one is left', async () => {
    const { run, answer, answerById } = graph(nodes)
    await run(enter(['a', 'b']))
    await answerById({ place: 'London' })
    expect(await answer('Ada')).toEqual({ kind: 'finished', log: ['a: Ada', 'b: London'] })
  })
})

describe('an answer', () => {
  test('that was given already is refused', async () => {
    const { run, answer } = graph({ a: { body: asking('name') } })
    await run(enter('a'))
    await answer('Ada')
    await expect(answer('Ada')).rejects.toMatchObject({
      name: 'StaleResumeError',
      code: 'STALE_RESUME',
      message:
        'Thread "thread-1" got an answer, but no question is open: it was answered already, or none was asked. ' +
        'To go on without an answer, invoke the thread with null as input.',
    })
    expect(executed).toEqual(['a', 'a'])
  })

  test('by id to a question that is not open is refused, naming those that are', async () => {
    const { run, answerById } = graph({ a: { body: asking('name') }, b: { body: asking('place') } })
    await run(enter(['a', 'b']))
    await answerById({ place: 'London' })
    await expect(answerById({ place: 'Paris' })).rejects.toMatchObject({
      code: 'STALE_RESUME',
      stale: ['place'],
      open: ['name'],
      message:
        'Thread "thread-1" has no open question place: it was answered already, or belongs to another checkpoint. ' +
        'Open are: name.',
    })
  })

  test('by ids of which one is open is taken', async () => {
    const { run, answerById } = graph({ a: { body: asking('name') }, b: { body: asking('place') } })
    await run(enter(['a', 'b']))
    await answerById({ place: 'London' })
    expect(await answerById({ place: 'Paris', name: 'Ada' })).toEqual({
      kind: 'finished',
      log: ['a: Ada', 'b: London'],
    })
  })

  test('to a thread where a task is due and no question is open goes on with it', async () => {
    let isBroken = true
    const failing = (attempt: Attempt) => {
      if (isBroken) throw new Error('broken')
      plain(attempt)
    }
    const { run, answer, answerById } = graph({ a: { body: failing, goesTo: ['b'] }, b: { body: failing } })
    await expect(run(enter('a'))).rejects.toThrow('broken')
    await expect(answer('Ada')).rejects.toThrow('broken')
    isBroken = false
    expect(await answerById({ name: 'Ada' })).toEqual({ kind: 'finished', log: ['a', 'b'] })
  })

  test('by id to no open question at all says how to go on', async () => {
    const { run, answerById } = graph({ a: { body: plain } })
    await run(enter('a'))
    await expect(answerById({ name: 'Ada' })).rejects.toThrow(
      'Thread "thread-1" has no open question name: it was answered already, or belongs to another checkpoint. ' +
        'To go on without an answer, invoke the thread with null as input.',
    )
  })

  test('is refused before anything runs or is kept', async () => {
    const { run, answerById } = graph({ a: { body: asking('name') } })
    await run(enter('a'))
    const { length } = store.commits
    await expect(answerById({ place: 'London' })).rejects.toThrow('no open question place')
    expect(store.commits).toHaveLength(length)
    expect(executed).toEqual(['a'])
  })

  test('is kept before its task runs, so that a crash does not lose it', async () => {
    let isUp = true
    const crash = (attempt: Attempt) => {
      const name = String(ask(attempt, 'name'))
      if (isUp) throw new Error('crashed')
      attempt.write('log', name)
    }
    const { run, answer } = graph({ a: { body: crash } })
    await run(enter('a'))
    await expect(answer('Ada')).rejects.toThrow('crashed')
    isUp = false
    expect(await run({ kind: 'continue' })).toEqual({ kind: 'finished', log: ['Ada'] })
  })

  test('by id that is given again, because the first try crashed, replaces the first', async () => {
    let isUp = true
    const crash = (attempt: Attempt) => {
      const name = String(ask(attempt, 'name'))
      if (isUp) throw new Error('crashed')
      attempt.write('log', name)
    }
    const { run, answerById } = graph({ a: { body: crash } })
    await run(enter('a'))
    await expect(answerById({ name: 'Ada' })).rejects.toThrow('crashed')
    await expect(answerById({ name: 'Grace' })).rejects.toThrow('crashed')
    expect(store.load(line)!.writes.filter(([id]) => id === 'name')).toEqual([['name', RESUME, ['Grace']]])
    isUp = false
    expect(await run({ kind: 'continue' })).toEqual({ kind: 'finished', log: ['Grace'] })
  })

  test('goes to the question that was open, not to one that is asked later in the run', async () => {
    const { run, answer } = graph({
      a: { body: asking('name'), goesTo: ['b'] },
      b: { body: asking('place') },
    })
    await run(enter('a'))
    expect(await answer('Ada')).toEqual({
      kind: 'interrupted',
      questions: [{ id: 'place', value: 'place?' }],
      log: ['a: Ada'],
    })
    expect(await answer('London')).toEqual({ kind: 'finished', log: ['a: Ada', 'b: London'] })
  })

  test('may come with writes to the state', async () => {
    const { run } = graph({ a: { body: asking('name') } })
    await run(enter('a'))
    const answer: Answer = { kind: 'plain', value: 'Ada' }
    expect(await run({ kind: 'command', writes: [['log', 'note']], answer })).toEqual({
      kind: 'finished',
      log: ['note', 'a: Ada'],
    })
  })

  describe('to a second question of the same task', () => {
    const command = (id: string, note: string): RunOptions['start'] => ({
      kind: 'command',
      writes: [['log', note]],
      answer: { kind: 'byId', values: { [id]: id.toUpperCase() } },
    })

    test('leaves the writes that came with the first', async () => {
      const { run } = graph({ a: { body: asking('one', 'two') } })
      await run(enter('a'))
      await run(command('one', 'first note'))
      expect(await run(command('two', 'second note'))).toEqual({
        kind: 'finished',
        log: ['first note', 'second note', 'a: ONE, TWO'],
      })
    })

    test('is kept with both, so that a crash loses neither', async () => {
      let isUp = true
      const { run } = graph({
        a: {
          body(attempt) {
            asking('one', 'two')(attempt)
            if (isUp) throw new Error('crashed')
          },
        },
      })
      await run(enter('a'))
      await run(command('one', 'first note'))
      await expect(run(command('two', 'second note'))).rejects.toThrow('crashed')
      // Whoever gave it may not know that it was kept, and give it again.
      await expect(run(command('two', 'second note'))).rejects.toThrow('crashed')
      isUp = false
      expect(await run({ kind: 'continue' })).toEqual({
        kind: 'finished',
        log: ['first note', 'second note', 'a: ONE, TWO'],
      })
    })

    test('replaces the first, also when writes come with it', async () => {
      const { run } = graph({ a: { body: asking('one', 'two') } })
      await run(enter('a'))
      await run(command('one', 'first note'))
      const before = store.commits.length
      const answer: Answer = { kind: 'plain', value: 'TWO' }
      await run({ kind: 'command', writes: [['log', 'second note']], answer })
      const written = store.commits.slice(before).flatMap(({ writes }) => writes)
      expect(written.filter(({ taskId }) => taskId === NULL_TASK_ID).map(({ writes }) => writes)).toEqual([
        [[RESUME, 'TWO']],
        [
          ['log', 'first note'],
          ['log', 'second note'],
        ],
      ])
    })
  })

  test('is kept with the questions when its task asks on', async () => {
    const { run, answerById } = graph({ a: { body: asking('name', 'place') } })
    await run(enter('a'))
    expect(await answerById({ name: 'Ada' })).toMatchObject({ questions: [{ id: 'place' }] })
    const kept = store.load(line)!.writes.map(([, channel, value]) => [channel, value])
    expect(kept).toContainEqual([INTERRUPT, [{ id: 'place', value: 'place?' }]])
    expect(kept).toContainEqual([RESUME, ['Ada']])
    expect(await answerById({ place: 'London' })).toMatchObject({ log: ['a: Ada, London'] })
  })
})

test('a question that a called task asks is asked once, and answered plainly', async () => {
  const { run, answer } = graph({
    a: {
      async body(attempt) {
        await attempt.call({ name: 'called', input: undefined, invoke: (called) => void ask(called, 'name') })
        attempt.write('log', 'a')
      },
    },
  })
  expect(await run(enter('a'))).toMatchObject({ kind: 'interrupted', questions: [{ id: 'name' }] })
  expect(openQuestions(store.load(line)!.writes)).toHaveLength(1)
  expect(await answer('Ada')).toEqual({ kind: 'finished', log: ['a'] })
})
