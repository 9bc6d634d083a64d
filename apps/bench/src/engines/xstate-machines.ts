import { assign, fromPromise, setup } from 'xstate'
import { NESTED_DEPTH } from '../workloads/nested.ts'

interface Counter {
  readonly count: number
}

// XState infers a machine's types from `types`, whose values it never reads.
const stepper = setup({
  types: { context: { count: 0, document: '' }, events: { type: 'step' as const } },
  actions: { addOne: assign({ count: ({ context }) => context.count + 1 }) },
})

/** A counter that adds one at each event from outside, and carries a text along. */
export function stepMachine(steps: number, document: string) {
  return stepper.createMachine({
    context: { count: 0, document },
    initial: 'running',
    states: {
      running: {
        on: {
          step: [
            { guard: ({ context }) => context.count + 1 >= steps, target: 'done', actions: 'addOne' },
            { actions: 'addOne' },
          ],
        },
      },
      done: { type: 'final' },
    },
  })
}

/** One state per node, each left by the same event. */
export function chainMachine(nodes: number) {
  const states = Object.fromEntries(
    Array.from({ length: nodes }, (_, node) => [
      `node-${node}`,
      { on: { step: { target: `node-${node + 1}`, actions: 'addOne' as const } } },
    ]),
  )
  return stepper.createMachine({
    context: { count: 0, document: '' },
    initial: 'node-0',
    states: { ...states, [`node-${nodes}`]: { type: 'final' as const } },
  })
}

/** A counter whose every round invokes a promise; it drives itself. */
export function invokingMachine(steps: number) {
  return setup({
    types: { context: { count: 0 }, output: { count: 0 } },
    actors: {
      addOne: fromPromise(async ({ input }: { input: Counter }): Promise<Counter> => ({
        count: input.count + 1,
      })),
    },
  }).createMachine({
    context: { count: 0 },
    initial: 'running',
    output: ({ context }) => ({ count: context.count }),
    states: {
      running: {
        invoke: {
          src: 'addOne',
          input: ({ context }) => context,
          onDone: [
            {
              guard: ({ event }) => event.output.count >= steps,
              target: 'done',
              actions: assign(({ event }) => event.output),
            },
            { target: 'running', reenter: true, actions: assign(({ event }) => event.output) },
          ],
        },
      },
      done: { type: 'final' },
    },
  })
}

interface Findings {
  readonly found: number
  readonly tasks: number
}

/** Spawns a promise per task, adds up what they find, and joins when the last one is done. */
export function fanOutMachine(sends: number) {
  return setup({
    types: {
      context: { found: 0, tasks: 0 },
      events: { type: 'xstate.done.actor.worker' as const, output: { found: 0, tasks: 0 } },
      output: { tasks: 0, answer: 0 },
    },
    actors: {
      worker: fromPromise(async ({ input }: { input: { readonly index: number } }): Promise<Findings> => ({
        found: 2 * input.index,
        tasks: 1,
      })),
    },
    actions: {
      add: assign(({ context, event }) => ({
        found: context.found + event.output.found,
        tasks: context.tasks + event.output.tasks,
      })),
    },
  }).createMachine({
    context: ({ spawn }) => {
      for (let index = 0; index < sends; index += 1)
        spawn('worker', { id: `worker-${index}`, input: { index } })
      return { found: 0, tasks: 0 }
    },
    initial: 'waiting',
    output: ({ context }) => ({ tasks: context.tasks, answer: context.found }),
    states: {
      waiting: {
        on: {
          '*': [
            { guard: ({ context }) => context.tasks + 1 === sends, target: 'joined', actions: 'add' },
            { actions: 'add' },
          ],
        },
      },
      joined: { type: 'final' },
    },
  })
}

/** Loops over an actor that runs an actor that runs an actor that adds one. */
export function nestedMachine(iterations: number) {
  const innermost = setup({
    types: { context: { count: 0 }, input: { count: 0 }, output: { count: 0 } },
  }).createMachine({
    context: ({ input }) => ({ count: input.count + 1 }),
    initial: 'done',
    output: ({ context }) => ({ count: context.count }),
    states: { done: { type: 'final' } },
  })
  let inside = innermost
  // A machine's type names its states; seen from outside, every level takes a counter and gives one.
  for (let level = 1; level < NESTED_DEPTH; level += 1)
    inside = enclose(inside, 1) as unknown as typeof inside
  return enclose(inside, iterations)

  function enclose(actor: typeof innermost, rounds: number) {
    return setup({
      types: { context: { count: 0, round: 0 }, input: { count: 0 }, output: { count: 0 } },
      actors: { actor },
    }).createMachine({
      context: ({ input }) => ({ count: input?.count ?? 0, round: 0 }),
      initial: 'running',
      output: ({ context }) => ({ count: context.count }),
      states: {
        running: {
          invoke: {
            src: 'actor',
            input: ({ context }) => ({ count: context.count }),
            onDone: [
              {
                guard: ({ context }) => context.round + 1 >= rounds,
                target: 'done',
                actions: assign(({ context, event }) => ({
                  count: event.output.count,
                  round: context.round + 1,
                })),
              },
              {
                target: 'running',
                reenter: true,
                actions: assign(({ context, event }) => ({
                  count: event.output.count,
                  round: context.round + 1,
                })),
              },
            ],
          },
        },
        done: { type: 'final' },
      },
    })
  }
}
