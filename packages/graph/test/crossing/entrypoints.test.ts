// Entrypoints and plain Pregels change engines between two calls: tasks that one of them has recorded, the other does
// not run again.
import {
  BinaryOperatorAggregate,
  Command,
  entrypoint as langGraphEntrypoint,
  getPreviousState,
  interrupt,
  task,
  type BaseCheckpointSaver,
} from '@langchain/langgraph'
import { LastValue } from '@langchain/langgraph/channels'
import { Channel } from '@langchain/langgraph/pregel'
import { crossing } from './crossing.ts'
import type { Vocabulary } from '../differential/harness/vocabulary.ts'

const { final } = langGraphEntrypoint

interface Options {
  readonly checkpointer: BaseCheckpointSaver
}

/** What is made with its saver, for stories, which compile what they are given. */
const made = (make: (options: Options) => unknown) => ({ compile: (options: Options) => make(options) })

crossing('an entrypoint that remembers', {
  build:
    () =>
    ({ entrypoint }: Vocabulary) =>
      made((options) =>
        entrypoint({ name: 'flow', ...options }, async (n: number) => {
          const before = getPreviousState<number>() ?? 0
          return final({ value: { n, before }, save: before + n })
        }),
      ),
  turns: [1, 2, 3, 4],
})

crossing('an entrypoint that asks between tasks', {
  build: () => {
    let runs = 0
    const count = task('count', async () => ++runs)
    const ask = task('ask', async (about: string) => `${about}: ${String(interrupt(about))}`)
    return ({ entrypoint }: Vocabulary) =>
      made((options) =>
        entrypoint({ name: 'flow', ...options }, async (about: string) => {
          const before = await count()
          const first = await ask(about)
          const between = await count()
          const second = await ask('and now?')
          return { before, first, between, second, after: await count(), runs }
        }),
      )
  },
  turns: [
    'it',
    new Command({ resume: 'a' }),
    new Command({ resume: 'b' }),
    'that',
    new Command({ resume: 'c' }),
  ],
})

crossing('an entrypoint whose tasks ask side by side', {
  build: () => {
    const ran: string[] = []
    const ask = task('ask', async (about: string) => {
      ran.push(about)
      return `${about}: ${String(interrupt(about))}`
    })
    const plain = task('plain', async () => {
      ran.push('plain')
      return 'plain'
    })
    return ({ entrypoint }: Vocabulary) =>
      made((options) =>
        entrypoint({ name: 'flow', ...options }, async () => ({
          answers: await Promise.all([ask('one'), plain(), ask('two')]),
          ran: ran.toSorted((a, b) => a.localeCompare(b)),
        })),
      )
  },
  turns: [
    'in',
    (before: { value: { __interrupt__: { id: string; value: string }[] } }) =>
      new Command({
        resume: Object.fromEntries(
          before.value.__interrupt__.map(({ id, value }) => [id, `to ${value}`] as const),
        ),
      }),
    'again',
  ],
})

crossing('an entrypoint that fails after its tasks', {
  build: () => {
    let left = 2
    const ran: string[] = []
    const note = task('note', async (text: string) => {
      ran.push(text)
      return text
    })
    return ({ entrypoint }: Vocabulary) =>
      made((options) =>
        entrypoint({ name: 'flow', ...options }, async (text: string) => {
          const notes = await Promise.all([note(text), note(`${text}!`)])
          if (left-- > 0) throw new Error('not yet')
          return { notes, ran: ran.length }
        }),
      )
  },
  turns: ['in', null, null, 'again'],
})

crossing('an entrypoint that calls a graph of its engine, which asks', {
  build:
    () =>
    ({ entrypoint, Graph }: Vocabulary) =>
      made((options) => {
        const graph = new Graph()
          .addNode('ask', (text: string) => `${text} ${String(interrupt('?'))}`)
          .addEdge('__start__', 'ask')
          .addEdge('ask', '__end__')
          .compile()
        return entrypoint({ name: 'flow', ...options }, async (text: string) => graph.invoke(text as never))
      }),
  turns: ['in', new Command({ resume: 'a' }), 'again', new Command({ resume: 'b' })],
})

crossing('a plain Pregel with a breakpoint', {
  build:
    () =>
    ({ Pregel }: Vocabulary) =>
      made(
        (options) =>
          new Pregel({
            nodes: {
              one: Channel.subscribeTo('input')
                .pipe((n: number) => n + 1)
                .pipe(Channel.writeTo(['inbox', 'total'])),
              two: Channel.subscribeTo('inbox')
                .pipe((n: number) => n + 1)
                .pipe(Channel.writeTo(['output', 'total'])),
            },
            channels: {
              input: new LastValue<number>(),
              inbox: new LastValue<number>(),
              total: new BinaryOperatorAggregate<number>((a, b) => a + b),
              output: new LastValue<number>(),
            },
            inputChannels: 'input',
            outputChannels: ['output', 'total'],
            interruptBefore: ['two'],
            ...options,
          } as never),
      ),
  turns: [1, null, 5, null],
})
