// From what a node returned to the writes of its state keys.
import { InvalidUpdateError, StateSchema, isCommand } from '@langchain/langgraph'
import {
  getInteropZodObjectShape,
  interopParse,
  interopZodObjectPartial,
  isInteropZodObject,
  type InteropZodObject,
} from '@langchain/core/utils/types'
import type { Write } from '@cairn/engine'
import { UnknownKeyError, unknownKeyMessage } from '../errors.ts'
import type { BuilderFields } from '../langgraph/compiled-fields.ts'
import { ROOT_CHANNEL } from '../langgraph/config-keys.ts'
import { overwriteOf } from '../langgraph/overwrite.ts'
import { sendOf } from '../langgraph/recognise.ts'

export interface UpdateRules {
  readonly node: string
  /** The keys this node may write. */
  readonly keys: readonly string[]
  /** Keys that are dropped are mentioned: as an error, as a warning, or not at all. */
  readonly unknownKeys: 'error' | 'warn' | 'ignore'
  readonly validate: Validate | undefined
}

/** Parses updates against the state's schema; a standard schema may take its time. */
export type Validate = (updates: readonly Write[]) => readonly Write[] | Promise<readonly Write[]>

type Updates = readonly Write[] | Promise<readonly Write[]>
type AnyCommand = { readonly graph?: string; _updateAsTuples(): Write[] }

const nothing: readonly Write[] = []

/** Makes the function that turns a node's result into writes. */
export function stateUpdater(rules: UpdateRules): (result: unknown) => Updates {
  return rules.keys[0] === ROOT_CHANNEL ? rootUpdates : keyedUpdater(rules)
}

function rootUpdates(result: unknown): readonly Write[] {
  if (result === null || result === undefined) return nothing
  if (isCommand(result)) return commandUpdates(result)
  if (!isCommandList(result)) return [[ROOT_CHANNEL, result]]
  return result.flatMap((item): readonly Write[] =>
    isCommand(item) ? commandUpdates(item) : [[ROOT_CHANNEL, item]],
  )
}

function keyedUpdater(rules: UpdateRules): (result: unknown) => Updates {
  const keys = new Set(rules.keys)
  const reported = new Set<string>()

  const report = (key: string) => {
    if (rules.unknownKeys === 'error') throw new UnknownKeyError(rules.node, key, rules.keys)
    if (rules.unknownKeys === 'ignore' || reported.has(key)) return
    reported.add(key)
    process.emitWarning(
      `${unknownKeyMessage(rules.node, key, rules.keys)} It is dropped; compile with { strict: true } to make this an error.`,
      {
        type: 'CairnWarning',
        code: 'CAIRN_UNKNOWN_KEY',
      },
    )
  }
  const known = (writes: readonly Write[]) => {
    if (writes.every(([key]) => keys.has(key))) return writes
    return writes.filter(([key]) => keys.has(key) || report(key))
  }
  const ofOne = (result: unknown): readonly Write[] => {
    if (!result) return nothing
    if (isCommand(result)) return hasUpdate(result) ? known(commandUpdates(result)) : nothing
    if (sendOf(result) !== undefined) return Object.entries(result).filter(([key]) => keys.has(key))
    if (typeof result === 'object' && !Array.isArray(result)) return known(Object.entries(result))
    throw new InvalidUpdateError(
      `Expected node "${rules.node}" to return an object or an array containing at least one Command object, ` +
        `received ${Array.isArray(result) ? 'array' : typeof result}`,
      { lc_error_code: 'INVALID_GRAPH_NODE_RETURN_VALUE' },
    )
  }
  return (result) => {
    const updates = isCommandList(result) ? result.flatMap(ofOne) : ofOne(result)
    return rules.validate === undefined || updates.length === 0 ? updates : rules.validate(updates)
  }
}

function hasUpdate(command: unknown): boolean {
  return (command as { update?: unknown }).update != null
}

function commandUpdates(command: unknown): readonly Write[] {
  const { graph } = command as AnyCommand
  return graph === '__parent__' ? nothing : (command as AnyCommand)._updateAsTuples()
}

/** An array that is to be read item by item: one with a Command in it. */
export function isCommandList(result: unknown): result is unknown[] {
  return Array.isArray(result) && result.some(isCommand)
}

/** The parser of a graph whose state is a zod object or a `StateSchema`; `undefined` for any other. */
export function schemaValidator(builder: BuilderFields): Validate | undefined {
  const schema = builder._schemaRuntimeDefinition
  if (StateSchema.isInstance(schema)) {
    const keys = new Set(schema.getChannelKeys())
    return (updates) =>
      Promise.all(
        updates.map(async ([key, value]): Promise<Write> => {
          if (!keys.has(key)) return [key, value]
          return parsedWrite(
            key,
            value,
            (await schema.validateInput({ [key]: value })) as Record<string, unknown>,
          )
        }),
      )
  }
  if (!isInteropZodObject(schema)) return undefined
  const keys = new Set(Object.keys(getInteropZodObjectShape(schema)))
  // When they are first needed: an object that zod can't extend, as one with a refinement, is no mistake before.
  let schemas: ZodSchemas | undefined
  const parse = ([key, value]: Write): Write => {
    if (!keys.has(key)) return [key, value]
    schemas ??= zodSchemas(builder, schema)
    const overwrite = overwriteOf(value)
    if (overwrite === undefined)
      return parsedWrite(key, value, interopParse(schemas.update, { [key]: value }))
    const parsed = interopParse(schemas.value, { [key]: overwrite.value }) as Record<string, unknown>
    return [key, Object.hasOwn(parsed, key) ? { __overwrite__: parsed[key] } : value]
  }
  return (updates) => updates.map(parse)
}

interface ZodSchemas {
  readonly update: InteropZodObject
  readonly value: InteropZodObject
}

function zodSchemas(builder: BuilderFields, schema: InteropZodObject): ZodSchemas {
  const extended = builder._metaRegistry.getExtendedChannelSchemas(schema, { withReducerSchema: true })
  return { update: interopZodObjectPartial(extended), value: interopZodObjectPartial(schema) }
}

function parsedWrite(key: string, value: unknown, parsed: Record<string, unknown>): Write {
  return [key, Object.hasOwn(parsed, key) ? parsed[key] : value]
}
