// From what a caller passes to `invoke` to how the engine's run begins.
import { EmptyInputError, InvalidUpdateError, isCommand } from '@langchain/langgraph'
import { SENDS, START, type Answer, type RunStart, type Write } from '@cairn/engine'
import { UnknownNodeError } from './errors.ts'
import type { Destination } from './langgraph/compiled-fields.ts'
import { triggerOf } from './langgraph/config-keys.ts'
import { nameOf, sendOf } from './langgraph/recognise.ts'
import { isInterruptId } from './langgraph/scratchpad.ts'
import type { Program } from './lower/program.ts'

interface CommandInput {
  readonly graph?: string
  readonly goto?: Destination | Destination[]
  readonly update?: Record<string, unknown> | Write[]
  readonly resume?: unknown
}

/**
 * @throws {UnknownNodeError} for a command that goes to no node of the graph
 * @throws {EmptyInputError} for an input none of whose keys the graph takes
 */
export function startOf(input: unknown, { nodeNames: nodes, inputChannels }: Program): RunStart {
  if (input === null || input === undefined) return { kind: 'continue' }
  if (!isCommand(input)) return { kind: 'input', writes: inputWrites(input, inputChannels) }
  const command = input as CommandInput
  if (command.graph === '__parent__') throw new InvalidUpdateError('There is no parent graph.')
  const answer = answerOf(command.resume)
  return {
    kind: 'command',
    writes: [...destinationWrites(command, nodes), ...updateWrites(command)],
    ...(answer !== undefined && { answer }),
  }
}

function inputWrites(input: unknown, channels: string | readonly string[]): Write[] {
  if (typeof channels === 'string') return [[channels, input]]
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new Error('Input chunk must be an object when "inputChannels" is an array')
  const writes = Object.entries(input).filter(([key]) => channels.includes(key))
  if (writes.length > 0) return writes
  throw new EmptyInputError(`Received no input writes for ${JSON.stringify(channels, null, 2)}`)
}

function destinationWrites({ goto = [] }: CommandInput, nodes: ReadonlySet<string>): Write[] {
  return [goto].flat().flatMap((destination): Write[] => {
    const send = sendOf(destination)
    const target = send === undefined ? nameOf(destination) : send.node
    if (target === '__end__') return [[triggerOf(target), START]] // no node listens: a command, and no more
    if (!nodes.has(target)) throw new UnknownNodeError(target, undefined, namesIn(nodes))
    return [send === undefined ? [triggerOf(target), START] : [SENDS, send]]
  })
}

/** What a command may go to: the start node is not for it. */
function namesIn(nodes: ReadonlySet<string>): string[] {
  return [...nodes].filter((name) => name !== START)
}

function updateWrites({ update }: CommandInput): Write[] {
  if (!update) return []
  if (typeof update !== 'object')
    throw new Error('Expected cmd.update to be a dict mapping channel names to update values')
  return Array.isArray(update) ? update : Object.entries(update)
}

/** An object whose keys are all interrupt ids answers by id; anything else is one plain answer. */
export function answerOf(resume: unknown): Answer | undefined {
  if (resume === undefined || resume === null) return undefined
  if (typeof resume === 'object' && !Array.isArray(resume)) {
    const ids = Object.keys(resume)
    if (ids.length > 0 && ids.every(isInterruptId))
      return { kind: 'byId', values: resume as Record<string, unknown> }
  }
  return { kind: 'plain', value: resume }
}
