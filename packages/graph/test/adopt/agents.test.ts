// Agents that LangGraph's packages make: as they are, and adopted.
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import {
  Annotation,
  Command,
  InMemoryStore,
  MemorySaver,
  MessagesAnnotation,
  interrupt,
  type BaseCheckpointSaver,
} from '@langchain/langgraph'
import { createReactAgent } from '@langchain/langgraph/prebuilt'
import { createSupervisor } from '@langchain/langgraph-supervisor'
import { createHandoffTool, createSwarm } from '@langchain/langgraph-swarm'
import { createAgent, createMiddleware, humanInTheLoopMiddleware } from 'langchain'
import { describe, expect, test } from 'vitest'
import { z } from 'zod/v4'
import { adopt } from '../../src/index.ts'
import { differences } from '../differential/harness/differences.ts'
import { observeRuns, type Compilable } from '../differential/harness/differential.ts'
import { normalise } from '../differential/harness/normalise.ts'
import { ScriptedModel } from '../differential/harness/scripted-model.ts'

const hello = { messages: [new HumanMessage({ id: 'h', content: 'hello' })] }

type Adopt = <Graph extends object>(graph: Graph) => Graph
type Create = (checkpointer: BaseCheckpointSaver | undefined, adopt: Adopt) => object

/** A message that a task wrote without an id is kept with the one that the state's reducer has given to it since. */
const givenIds = /\.(result|writes)\b.*\bid: expected (undefined|nothing) but got/

/** A task whose writes are never kept is kept as finished (docs/design/divergences.md). */
const finished = '"channel":"__no_writes__"'

/** What all runs of the agent show is the same before and after it is adopted. */
function sameAdopted(name: string, create: Create, inputs: readonly unknown[] = [hello]): void {
  test(`${name}, as before`, async () => {
    const observed = async (adoptOne: Adopt) => {
      const build = (): Compilable => ({
        compile: ({ checkpointer }) => adoptOne(create(checkpointer, adoptOne)) as never,
      })
      return normalise(await observeRuns(build, inputs))
    }
    const found = differences(await observed((graph) => graph), await observed(adopt))
    expect(
      found.filter((difference) => !givenIds.test(difference) && !difference.includes(finished)),
    ).toEqual([])
  })
}

const calling = (...calls: [name: string, args: object][]) =>
  new AIMessage({
    content: 'let me see',
    tool_calls: calls.map(([name, args], index) => ({
      id: `call-${name}-${index}`,
      name,
      args: { ...args },
    })),
  })

const add = tool(({ a, b }) => a + b, {
  name: 'add',
  description: 'adds',
  schema: z.object({ a: z.number(), b: z.number() }),
})
const ask = tool(({ question }) => `answered ${String(interrupt(question))}`, {
  name: 'ask',
  description: 'asks',
  schema: z.object({ question: z.string() }),
})
const fail = tool(
  () => {
    throw new Error('the tool failed')
  },
  { name: 'fail', description: 'fails', schema: z.object({}) },
)
const tools = [add, ask, fail]
const twoRounds = () =>
  new ScriptedModel([
    calling(['add', { a: 1, b: 2 }]),
    calling(['fail', {}], ['add', { a: 3, b: 4 }]),
    'done',
  ])

const oneRound = () => new ScriptedModel([calling(['add', { a: 1, b: 2 }]), 'done'])

describe('createReactAgent', () => {
  const react =
    (options: Partial<Parameters<typeof createReactAgent>[0]>): Create =>
    (checkpointer) =>
      createReactAgent({
        llm: twoRounds(),
        tools,
        ...options,
        ...(checkpointer && { checkpointer }),
      } as never)

  sameAdopted('tools in rounds', react({}))
  sameAdopted('all tools of a message in one task', react({ version: 'v1' }))
  sameAdopted(
    'a tool that asks',
    (checkpointer) =>
      createReactAgent({
        llm: new ScriptedModel([calling(['ask', { question: 'sure?' }], ['add', { a: 1, b: 1 }]), 'fine']),
        tools,
        ...(checkpointer && { checkpointer }),
      }),
    [hello, new Command({ resume: 'yes' })],
  )
  sameAdopted('stops before its tools', react({ interruptBefore: ['tools'] }), [hello, null])
  sameAdopted('stops after its model', react({ interruptAfter: ['agent'] }), [hello, null])
  sameAdopted(
    'a prompt, a name and a store',
    react({ prompt: 'You add.', name: 'adder', store: new InMemoryStore() }),
  )
  sameAdopted(
    'hooks around its model',
    react({
      preModelHook: () => ({ llmInputMessages: [new HumanMessage('shorter')] }),
      postModelHook: () => ({}),
    } as never),
  )
  sameAdopted(
    'a state of its own',
    react({
      stateSchema: Annotation.Root({
        ...MessagesAnnotation.spec,
        remainingSteps: Annotation<number>,
        note: Annotation<string>,
      }),
    } as never),
    [{ ...hello, note: 'kept' }],
  )
  sameAdopted('a tool whose result is the answer', (checkpointer) =>
    createReactAgent({
      llm: new ScriptedModel([calling(['direct', {}])]),
      tools: [
        tool(() => 'the answer', {
          name: 'direct',
          description: 'd',
          schema: z.object({}),
          returnDirect: true,
        }),
      ],
      ...(checkpointer && { checkpointer }),
    }),
  )
})

describe('createAgent', () => {
  const agent =
    (options: object, script = twoRounds): Create =>
    (checkpointer) =>
      createAgent({ model: script(), tools, ...options, ...(checkpointer && { checkpointer }) } as never)

  sameAdopted('tools in rounds', agent({}))
  sameAdopted('a system prompt and a name', agent({ systemPrompt: 'You add.', name: 'adder' }))
  sameAdopted(
    'middleware with a state, hooks and wrappers',
    agent(
      {
        middleware: [
          createMiddleware({
            name: 'Counting',
            stateSchema: z.object({ rounds: z.number().default(0) }),
            beforeModel: ({ rounds }) => ({ rounds: rounds + 1 }),
            afterModel: () => undefined,
            wrapToolCall: (request, handler) => handler(request),
            wrapModelCall: (request, handler) => handler(request),
          }),
        ],
      },
      oneRound,
    ),
  )
  sameAdopted(
    'middleware that ends the loop',
    agent({
      middleware: [
        createMiddleware({
          name: 'Ending',
          beforeModel: {
            canJumpTo: ['end'],
            hook: ({ messages }) =>
              messages.length > 2 ? { jumpTo: 'end', messages: [new AIMessage('enough')] } : undefined,
          },
        }),
      ],
    }),
  )
  sameAdopted(
    'a human who approves',
    agent(
      {
        middleware: [humanInTheLoopMiddleware({ interruptOn: { add: true } } as never)],
      },
      oneRound,
    ),
    [hello, new Command({ resume: { decisions: [{ type: 'approve' }] } })],
  )

  test('stays an agent: its config, saver and graph are those of the one it was made of', async () => {
    const checkpointer = new MemorySaver()
    const original = createAgent({ model: twoRounds(), tools, name: 'adder', checkpointer }).withConfig({
      configurable: { thread_id: 'bound' },
    })
    const adopted = adopt(original)
    expect(adopted).not.toBe(original)
    expect(adopted).toBeInstanceOf(original.constructor)
    await adopted.invoke(hello)
    expect(
      (await adopted.graph.getState({ configurable: { thread_id: 'bound' } })).values.messages,
    ).toHaveLength(7)
    expect(adopted.checkpointer).toBe(checkpointer)
  })
})

describe('many agents', () => {
  const member = (name: string, adoptOne: Adopt) =>
    adoptOne(
      createReactAgent({
        name,
        llm: new ScriptedModel([calling(['add', { a: 1, b: 2 }]), `${name} is done`]),
        tools,
      }),
    )

  for (const isMemberAdopted of [false, true]) {
    const how = isMemberAdopted ? 'whose members were adopted' : 'whose members were not'
    sameAdopted(`a supervisor ${how}`, (checkpointer, adoptOne) => {
      const members = ['one', 'two'].map((name) =>
        member(name, isMemberAdopted ? adoptOne : (graph) => graph),
      )
      return createSupervisor({
        agents: members as never,
        llm: new ScriptedModel([
          calling(['transfer_to_one', {}]),
          calling(['transfer_to_two', {}]),
          'all done',
        ]) as never,
      }).compile({ ...(checkpointer && { checkpointer }) })
    })
    sameAdopted(
      `a swarm ${how}`,
      (checkpointer, adoptOne) => {
        const swarmMember = (name: string, other: string) => {
          const agent = createReactAgent({
            name,
            llm: new ScriptedModel([calling([`transfer_to_${other}`, {}]), `${name} is done`]),
            tools: [createHandoffTool({ agentName: other, description: `to ${other}` })],
          })
          return isMemberAdopted ? adoptOne(agent) : agent
        }
        return createSwarm({
          agents: [swarmMember('one', 'two'), swarmMember('two', 'one')] as never,
          defaultActiveAgent: 'one',
        }).compile({ ...(checkpointer && { checkpointer }) })
      },
      [hello, { messages: [new HumanMessage({ id: 'h2', content: 'and again' })] }],
    )
  }
})

test('a message that a tool has answered is what the model sees next', async () => {
  const agent = adopt(createReactAgent({ llm: twoRounds(), tools }))
  const { messages } = await agent.invoke(hello)
  expect(messages.filter((message) => ToolMessage.isInstance(message)).map(({ text }) => text)).toEqual([
    '3',
    expect.stringContaining('the tool failed'),
    '7',
  ])
})
