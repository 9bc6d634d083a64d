// An answer is given to the question it is for, and once.
import { setImmediate } from 'node:timers/promises'
import { Command, INTERRUPT, MemorySaver, START, interrupt, task } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { AmbiguousResumeError, StaleResumeError } from '../../src/index.ts'
import { Log } from '../differential/harness/states.ts'
import { cairn, langGraph, type Vocabulary } from '../differential/harness/vocabulary.ts'
import { Cairn, LangGraph, endOf, thread, type Builder } from './both-engines.ts'

const asking = (name: string) => () => ({ log: [`${name}: ${String(interrupt(`question ${name}`))}`] })

function idsOf(result: unknown): string[] {
  return (result as { [INTERRUPT]: { id: string }[] })[INTERRUPT].map(({ id }) => id)
}

describe('one plain answer to two parallel questions', () => {
  const twoAsk = (StateGraph: Builder) =>
    new StateGraph(Log)
      .addNode('a', asking('a'))
      .addNode('b', asking('b'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .compile({ checkpointer: new MemorySaver() })

  test('LangGraph gives it to both', async () => {
    const graph = twoAsk(LangGraph)
    await graph.invoke({}, thread)
    expect(await graph.invoke(new Command({ resume: 'x' }), thread)).toEqual({ log: ['a: x', 'b: x'] })
  })

  test('Cairn lists the questions with their ids and nodes', async () => {
    const graph = twoAsk(Cairn)
    const [a, b] = idsOf(await graph.invoke({}, thread))
    const error = await endOf(graph.invoke(new Command({ resume: 'x' }), thread))
    expect(error).toBeInstanceOf(AmbiguousResumeError)
    expect(error).toMatchObject({
      code: 'AMBIGUOUS_RESUME',
      threadId: 't',
      open: [
        { id: a, node: 'a', value: 'question a' },
        { id: b, node: 'b', value: 'question b' },
      ],
      message:
        `Thread "t" waits for 2 answers, but got one without an id. Answer by id: new Command({ resume: { "${a}": …, "${b}": … } }). ` +
        `Open are: ${a} (asked by "a": "question a"); ${b} (asked by "b": "question b")`,
    })
  })

  test('Cairn goes on as if nothing had been answered', async () => {
    const graph = twoAsk(Cairn)
    const [a, b] = idsOf(await graph.invoke({}, thread))
    await endOf(graph.invoke(new Command({ resume: 'x' }), thread))
    expect(await graph.invoke(new Command({ resume: { [a!]: 'A', [b!]: 'B' } }), thread)).toEqual({
      log: ['a: A', 'b: B'],
    })
  })
})

describe('one plain answer to a nested graph, whose node asks afterwards', () => {
  const answered = async (StateGraph: Builder) => {
    const child = new StateGraph(Log).addNode('inner', asking('inner')).addEdge(START, 'inner').compile()
    const graph = new StateGraph(Log)
      .addNode('outer', async () => {
        const { log } = await child.invoke({})
        return { log: [...log, `outer: ${String(interrupt('question outer'))}`] }
      })
      .addEdge(START, 'outer')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    return graph.invoke(new Command({ resume: 'for the inner one' }), thread)
  }

  test('LangGraph gives it to the second question too', async () => {
    expect(await answered(LangGraph)).toEqual({
      log: ['inner: for the inner one', 'outer: for the inner one'],
    })
  })

  test('Cairn asks the second question', async () => {
    expect(await answered(Cairn)).toMatchObject({ [INTERRUPT]: [{ value: 'question outer' }] })
  })
})

describe('one plain answer to a task, whose caller asks afterwards', () => {
  const answered = async ({ entrypoint }: Vocabulary, answers: readonly string[]) => {
    const ask = task('ask', async () => `task: ${String(interrupt('question of the task'))}`)
    const around = task(
      'around',
      async () => `${await ask()}, around: ${String(interrupt('question around'))}`,
    )
    const flow = entrypoint(
      { name: 'flow', checkpointer: new MemorySaver() },
      async () => `${await around()}, flow: ${String(interrupt('question of the flow'))}`,
    )
    let result: unknown = await flow.invoke(1, thread)
    for (const resume of answers) result = await flow.invoke(new Command({ resume }), thread)
    return result
  }

  test('LangGraph gives it to every question', async () => {
    expect(await answered(langGraph, ['a'])).toBe('task: a, around: a, flow: a')
  })

  test('Cairn asks them one after the other', async () => {
    expect(await answered(cairn, ['a'])).toMatchObject({ [INTERRUPT]: [{ value: 'question around' }] })
    expect(await answered(cairn, ['a', 'b'])).toMatchObject({
      [INTERRUPT]: [{ value: 'question of the flow' }],
    })
    expect(await answered(cairn, ['a', 'b', 'c'])).toBe('task: a, around: b, flow: c')
  })
})

describe('one plain answer to tasks that are called side by side, of which the first one asks aloud', () => {
  const answered = async ({ entrypoint }: Vocabulary, answers: readonly string[], questions = ['a', 'b']) => {
    const ask = task('ask', async (question: string) => `${question}: ${String(interrupt(question))}`)
    const flow = entrypoint({ name: 'flow', checkpointer: new MemorySaver() }, async () =>
      Promise.all(questions.map((question) => ask(question))),
    )
    let result: unknown = await flow.invoke(1, thread)
    for (const resume of answers) result = await flow.invoke(new Command({ resume }), thread)
    return result
  }

  test('LangGraph gives it to all of them', async () => {
    expect(await answered(langGraph, [])).toMatchObject({ [INTERRUPT]: [{ value: 'a' }] })
    expect(await answered(langGraph, ['x'])).toEqual(['a: x', 'b: x'])
  })

  test('Cairn gives it to the one that was told, and asks the next one', async () => {
    expect(await answered(cairn, [])).toMatchObject({ [INTERRUPT]: [{ value: 'a' }] })
    expect(await answered(cairn, ['x'])).toMatchObject({ [INTERRUPT]: [{ value: 'b' }] })
    expect(await answered(cairn, ['x', 'y'])).toEqual(['a: x', 'b: y'])
  })

  test('both give it to all that ask the same', async () => {
    expect(await answered(langGraph, ['x'], ['a', 'a'])).toEqual(['a: x', 'a: x'])
    expect(await answered(cairn, ['x'], ['a', 'a'])).toEqual(['a: x', 'a: x'])
  })
})

describe('questions of parallel nodes, of which the first asks last', () => {
  const asked = async (StateGraph: Builder) => {
    const graph = new StateGraph(Log)
      .addNode('a', async () => {
        await setImmediate()
        return asking('a')()
      })
      .addNode('b', asking('b'))
      .addEdge(START, 'a')
      .addEdge(START, 'b')
      .compile({ checkpointer: new MemorySaver() })
    const result: unknown = await graph.invoke({}, thread)
    return (result as { [INTERRUPT]: { value: string }[] })[INTERRUPT].map(({ value }) => value)
  }

  test('LangGraph gives them in the order in which they were asked', async () => {
    expect(await asked(LangGraph)).toEqual(['question b', 'question a'])
  })

  test('Cairn gives them in the order of their nodes', async () => {
    expect(await asked(Cairn)).toEqual(['question a', 'question b'])
  })
})

describe('an answer to a question that is not open', () => {
  const answeredOnce = async (StateGraph: Builder) => {
    const graph = new StateGraph(Log)
      .addNode('a', asking('a'))
      .addEdge(START, 'a')
      .compile({ checkpointer: new MemorySaver() })
    const [id] = idsOf(await graph.invoke({}, thread))
    await graph.invoke(new Command({ resume: 'first' }), thread)
    return { graph, id: id! }
  }

  test('LangGraph takes a second one, and drops it', async () => {
    const { graph, id } = await answeredOnce(LangGraph)
    const result = { log: ['a: first'] }
    expect(await graph.invoke(new Command({ resume: 'second' }), thread)).toEqual(result)
    expect(await graph.invoke(new Command({ resume: { [id]: 'second' } }), thread)).toEqual(result)
  })

  test('Cairn refuses a second plain one', async () => {
    const { graph } = await answeredOnce(Cairn)
    const error = await endOf(graph.invoke(new Command({ resume: 'second' }), thread))
    expect(error).toBeInstanceOf(StaleResumeError)
    expect(error).toMatchObject({
      code: 'STALE_RESUME',
      threadId: 't',
      stale: [],
      open: [],
      message:
        'Thread "t" got an answer, but no question is open: it was answered already, or none was asked. ' +
        'To go on without an answer, invoke the thread with null as input.',
    })
  })

  test('Cairn refuses a second one by id', async () => {
    const { graph, id } = await answeredOnce(Cairn)
    expect(await endOf(graph.invoke(new Command({ resume: { [id]: 'second' } }), thread))).toMatchObject({
      code: 'STALE_RESUME',
      stale: [id],
      message:
        `Thread "t" has no open question ${id}: it was answered already, or belongs to another checkpoint. ` +
        'To go on without an answer, invoke the thread with null as input.',
    })
  })

  test('Cairn refuses one on a thread where nothing was asked', async () => {
    const { graph } = await answeredOnce(Cairn)
    const fresh = { configurable: { thread_id: 'fresh' } }
    expect(await endOf(graph.invoke(new Command({ resume: 'x' }), fresh))).toMatchObject({
      code: 'STALE_RESUME',
    })
  })
})

describe('a thread whose node asks twice, gone on with without an answer after the first', () => {
  const goneOnWith = async (StateGraph: Builder) => {
    const graph = new StateGraph(Log)
      .addNode('a', () => ({ log: [String(interrupt('first?')), String(interrupt('second?'))] }))
      .addEdge(START, 'a')
      .compile({ checkpointer: new MemorySaver() })
    await graph.invoke({}, thread)
    await graph.invoke(new Command({ resume: 'A' }), thread)
    return graph.invoke(null, thread)
  }

  test('LangGraph gives the first answer to the second question', async () => {
    expect(await goneOnWith(LangGraph)).toEqual({ log: ['A', 'A'] })
  })

  test('Cairn asks the second question again', async () => {
    expect(await goneOnWith(Cairn)).toMatchObject({ [INTERRUPT]: [{ value: 'second?' }] })
  })
})

describe('graphs that one node calls side by side, and that ask', () => {
  const answered = async (StateGraph: Builder, ...answers: string[]) => {
    const child = new StateGraph(Log).addNode('inner', asking('inner')).addEdge(START, 'inner').compile()
    const graph = new StateGraph(Log)
      .addNode('outer', async () => {
        const both = await Promise.all([child.invoke({}), child.invoke({})])
        return { log: both.flatMap(({ log }) => log) }
      })
      .addEdge(START, 'outer')
      .compile({ checkpointer: new MemorySaver() })
    let result: unknown = await graph.invoke({}, thread)
    for (const resume of answers) result = await graph.invoke(new Command({ resume }), thread)
    return result
  }

  test('LangGraph shows one question, and gives the answer to both', async () => {
    expect(await answered(LangGraph, 'x')).toEqual({ log: ['inner: x', 'inner: x'] })
  })

  test('Cairn asks one after the other', async () => {
    expect(await answered(Cairn, 'x')).toMatchObject({ [INTERRUPT]: [{ value: 'question inner' }] })
    expect(await answered(Cairn, 'x', 'y')).toEqual({ log: ['inner: x', 'inner: y'] })
  })
})

describe('a question of the router at the start', () => {
  const asked = async (StateGraph: Builder) => {
    const graph = new StateGraph(Log)
      .addNode('a', asking('a'))
      .addConditionalEdges(START, () => interrupt<string, 'a'>('where?'), ['a'])
      .compile({ checkpointer: new MemorySaver() })
    return (await graph.invoke({}, thread)) as unknown
  }

  test('LangGraph does not show it to who invokes the graph', async () => {
    expect(await asked(LangGraph)).toBeUndefined()
  })

  test('Cairn shows it', async () => {
    expect(await asked(Cairn)).toMatchObject({ [INTERRUPT]: [{ value: 'where?' }] })
  })
})

describe('an old answer by id, while the same node asks its next question', () => {
  const answeredTwice = async (StateGraph: Builder) => {
    const graph = new StateGraph(Log)
      .addNode('a', () => ({ log: [String(interrupt('first?')), String(interrupt('second?'))] }))
      .addEdge(START, 'a')
      .compile({ checkpointer: new MemorySaver() })
    const [id] = idsOf(await graph.invoke({}, thread))
    await graph.invoke(new Command({ resume: { [id!]: 'A' } }), thread)
    return endOf(graph.invoke(new Command({ resume: { [id!]: 'A' } }), thread))
  }

  test('LangGraph gives it to the next question', async () => {
    expect(await answeredTwice(LangGraph)).toEqual({ log: ['A', 'A'] })
  })

  test('Cairn refuses it', async () => {
    expect(await answeredTwice(Cairn)).toMatchObject({ code: 'STALE_RESUME' })
  })
})
