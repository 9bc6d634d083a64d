// One migration, applied to where a thread has stopped. Ids of tasks stay: `naming` tells what they are made from.
import { ERROR_SOURCE_NODE, NO_WRITES, NULL_TASK_ID, SENDS, isTaskOutput } from '../control.ts'
import type { SendPacket } from '../due.ts'
import type { PendingWrite, SeenVersions, Version } from '../store.ts'
import { versionNumber } from '../state.ts'
import {
  handlerName,
  isControlChannel,
  joinName,
  joinOf,
  nodeHandledBy,
  nodeTriggeredBy,
  triggerName,
} from './control-channels.ts'
import type { Migration } from './migration.ts'
import { sentPackets, type DueTask, type Standstill } from './standstill.ts'

/** @throws {TypeError} when `state` or `updates` of the migration gives something else than an object */
export async function migrateStandstill(from: Standstill, migration: Migration): Promise<Standstill> {
  const renamed = new Renaming(from, migration).apply()
  const values = await changedState(renamed, migration)
  const writes = await changedUpdates(renamed, migration)
  return { ...bumped(renamed, values), writes }
}

class Renaming {
  readonly #from: Standstill
  readonly #migration: Migration

  constructor(from: Standstill, migration: Migration) {
    this.#from = from
    this.#migration = migration
  }

  apply(): Standstill {
    const { values, versions, seen, writes, tasks, channels, nodes, naming } = this.#from
    const { to } = this.#migration
    const keptSends = this.#keptSends()
    const kept = tasks.filter((task) => this.#isKept(task))
    const given = new Set(tasks.filter((task) => !this.#isKept(task)).flatMap(({ ids }) => ids))
    return {
      version: to,
      values: this.#record(values, (channel, value) => this.#content(channel, value)),
      versions: this.#record(versions, (_, version) => version),
      seen: this.#seen(seen),
      writes: this.#writes(writes, given),
      tasks: kept.map((task) => this.#task(task, keptSends)),
      channels:
        channels &&
        this.#record(channels, (_, { names, ...shape }) => ({
          ...shape,
          ...(names !== undefined && { names: names.map((name) => this.#node(name) ?? name).toSorted() }),
        })),
      nodes: nodes?.flatMap((node) => this.#node(node) ?? []),
      naming: {
        ...naming,
        to,
        nodes: this.#formerly(naming.nodes, nodes ?? this.#knownNodes(), (node) => this.#node(node)),
        channels: this.#formerly(naming.channels, Object.keys(channels ?? versions), (channel) =>
          this.#channel(channel),
        ),
        ...(keptSends.length < sentPackets(values).length && {
          sends: keptSends.map((index) => naming.sends?.[index] ?? index),
        }),
      },
    }
  }

  #node(name: string): string | null {
    const { nodes = {} } = this.#migration
    if (Object.hasOwn(nodes, name)) return nodes[name]!
    const handled = nodeHandledBy(name)
    const node = handled === undefined ? undefined : this.#node(handled)
    return typeof node === 'string' ? handlerName(node) : name
  }

  /** With the names that are made from those of nodes. */
  #channel(name: string): string | null {
    const { channels = {} } = this.#migration
    if (Object.hasOwn(channels, name)) return channels[name]!
    const triggered = nodeTriggeredBy(name)
    if (triggered !== undefined) {
      const node = this.#node(triggered)
      return node === null ? null : triggerName(node)
    }
    const join = joinOf(name, this.#from.channels?.[name]?.names)
    if (join === undefined) return name
    const node = this.#node(join.node)
    if (node === null) return null
    return joinName({ ...join, node, parents: join.parents.map((parent) => this.#node(parent) ?? parent) })
  }

  #record<Before, After>(
    record: Readonly<Record<string, Before>>,
    change: (channel: string, value: Before) => After,
  ): Record<string, After> {
    const renamed: Record<string, After> = {}
    for (const [channel, value] of Object.entries(record)) {
      const name = this.#channel(channel)
      if (name === null) continue
      if (Object.hasOwn(renamed, name) && !this.#comesFirst(channel, name)) continue
      renamed[name] = change(channel, value)
    }
    return renamed
  }

  /** Of two channels that become one, the one that holds something, and that was renamed. */
  #comesFirst(channel: string, name: string): boolean {
    const { values } = this.#from
    const others = Object.keys(values).filter((each) => each !== channel && this.#channel(each) === name)
    return Object.hasOwn(values, channel) && (others.length === 0 || channel !== name)
  }

  #content(channel: string, value: unknown): unknown {
    if (channel === SENDS)
      return this.#keptSends().map((index) => this.#packet(sentPackets({ [SENDS]: value })[index]!))
    if (joinOf(channel) === undefined || !Array.isArray(value)) return value
    return Array.isArray(value[0])
      ? [this.#arrived(value[0]), ...(value.slice(1) as unknown[])]
      : this.#arrived(value)
  }

  #arrived(names: readonly unknown[]): unknown[] {
    return names.flatMap((name) => (typeof name === 'string' ? (this.#node(name) ?? []) : [name]))
  }

  /** What is sent along is a part of the state, as far as it has the names of channels. */
  #packet(packet: SendPacket): SendPacket {
    const { args } = packet
    return {
      ...packet,
      node: this.#node(packet.node)!,
      args: isPlainObject(args) ? this.#renameKeys(args) : args,
    }
  }

  #renameKeys(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const { channels = {} } = this.#migration
    const isFree = (name: string | null | undefined) => typeof name === 'string' && !Object.hasOwn(args, name)
    return Object.fromEntries(
      Object.entries(args).map(([key, value]) => [
        Object.hasOwn(channels, key) && isFree(channels[key]) ? channels[key]! : key,
        value,
      ]),
    )
  }

  #keptSends(): number[] {
    return sentPackets(this.#from.values).flatMap(({ node }, index) =>
      this.#node(node) === null ? [] : [index],
    )
  }

  #isKept({ node, fired, index }: DueTask): boolean {
    if (this.#node(node) === null) return false
    return index !== undefined || fired.some((channel) => this.#channel(channel) !== null)
  }

  #task(task: DueTask, keptSends: readonly number[]): DueTask {
    return {
      ...task,
      node: this.#node(task.node)!,
      fired: task.fired.flatMap((channel) => this.#channel(channel) ?? []),
      ...(task.index !== undefined && { index: keptSends.indexOf(task.index) }),
    }
  }

  #seen(seen: SeenVersions): SeenVersions {
    const renamed: Record<string, Record<string, Version>> = {}
    for (const [node, versions] of Object.entries(seen)) {
      const name = this.#node(node)
      if (name === null) continue
      renamed[name] = { ...renamed[name], ...this.#record(versions, (_, version) => version) }
    }
    return renamed
  }

  #writes(writes: readonly PendingWrite[], given: ReadonlySet<string>): PendingWrite[] {
    const kept = writes.filter(([taskId]) => !given.has(taskId)).flatMap((write) => this.#write(write))
    const hasOutput = new Set(kept.filter(([, channel]) => isTaskOutput(channel)).map(([taskId]) => taskId))
    const emptied = writes.filter(
      ([taskId, channel]) =>
        isTaskOutput(channel) && taskId !== NULL_TASK_ID && !given.has(taskId) && !hasOutput.has(taskId),
    )
    const ids = new Set(emptied.map(([taskId]) => taskId))
    return [...kept, ...[...ids].map((id): PendingWrite => [id, NO_WRITES, null])]
  }

  #write([taskId, channel, value]: PendingWrite): PendingWrite[] {
    if (channel === SENDS) {
      const packet = value as SendPacket
      return this.#node(packet.node) === null ? [] : [[taskId, channel, this.#packet(packet)]]
    }
    if (channel === ERROR_SOURCE_NODE) return [[taskId, channel, this.#node(String(value)) ?? value]]
    const name = this.#channel(channel)
    if (name === null) return []
    const isArrival = joinOf(channel) !== undefined && typeof value === 'string'
    return [[taskId, name, isArrival ? (this.#node(value) ?? value) : value]]
  }

  /** Names of the first version by those of the present one. */
  #formerly(
    before: Readonly<Record<string, string>>,
    names: readonly string[],
    rename: (name: string) => string | null,
  ): Record<string, string> {
    const former: Record<string, string> = {}
    for (const name of new Set([...names, ...Object.keys(before)])) {
      const now = rename(name)
      const first = before[name] ?? name
      if (now !== null && now !== first) former[now] = first
    }
    return former
  }

  #knownNodes(): string[] {
    const { tasks, seen } = this.#from
    const { nodes = {} } = this.#migration
    return [...Object.keys(nodes), ...Object.keys(seen), ...tasks.map(({ node }) => node)]
  }
}

async function changedState(
  { values }: Standstill,
  { state, from, to }: Migration,
): Promise<Standstill['values']> {
  if (state === undefined) return values
  const entries = Object.entries(values)
  const given = Object.fromEntries(entries.filter(([channel]) => isState(channel)))
  const changed: unknown = await state(given)
  return {
    ...Object.fromEntries(entries.filter(([channel]) => !isState(channel))),
    ...checked(changed, 'state', from, to),
  }
}

async function changedUpdates(
  { writes, tasks }: Standstill,
  { updates, from, to }: Migration,
): Promise<readonly PendingWrite[]> {
  if (updates === undefined) return writes
  const ids = [...new Set(writes.map(([taskId]) => taskId))]
  const perTask = ids.map(async (id): Promise<PendingWrite[]> => {
    const own = writes.filter(([taskId]) => taskId === id)
    const given = own.filter(
      ([, channel]) => isState(channel) && isTaskOutput(channel) && channel !== NO_WRITES,
    )
    if (given.length === 0) return own
    const node = tasks.find(({ ids: taskIds }) => taskIds.includes(id))?.node
    const rest = own.filter((write) => !given.includes(write))
    const next: PendingWrite[] = []
    for (const update of roundsOf(given)) {
      const changed = checked(await updates(update, { node }), 'updates', from, to)
      next.push(...Object.entries(changed).map(([channel, value]): PendingWrite => [id, channel, value]))
    }
    next.push(...rest)
    return next.some(([, channel]) => isTaskOutput(channel)) ? next : [...next, [id, NO_WRITES, null]]
  })
  return (await Promise.all(perTask)).flat()
}

/** Objects by channel, in order: a task may write to a channel more than once. */
function roundsOf(writes: readonly PendingWrite[]): Record<string, unknown>[] {
  const rounds: Record<string, unknown>[] = []
  for (const [, channel, value] of writes) {
    const round = rounds.find((each) => !Object.hasOwn(each, channel))
    if (round === undefined) rounds.push({ [channel]: value })
    else round[channel] = value
  }
  return rounds
}

/** A channel of the state, neither the engine's nor one that stands for an edge. */
function isState(channel: string): boolean {
  return !isControlChannel(channel) && !(channel.startsWith('__') && channel !== '__root__')
}

function checked(given: unknown, name: string, from: string, to: string): Record<string, unknown> {
  if (isPlainObject(given)) return given
  throw new TypeError(
    `\`${name}\` of the migration from version "${from}" to "${to}" has to return an object of values by channel, ` +
      `but it returned ${given === null ? 'null' : Array.isArray(given) ? 'a list' : typeof given}.`,
  )
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * A value that has changed has a new version, as savers keep values by version. Nobody is due because of it: whoever
 * had seen the old version has seen the new one.
 */
function bumped(before: Standstill, values: Standstill['values']): Standstill {
  const changed = [...new Set([...Object.keys(before.values), ...Object.keys(values)])].filter(
    (channel) => before.values[channel] !== values[channel],
  )
  if (changed.length === 0) return { ...before, values }
  const version = Math.max(0, ...Object.values(before.versions).map(versionNumber)) + 1
  const versions = { ...before.versions, ...Object.fromEntries(changed.map((channel) => [channel, version])) }
  const seen = Object.fromEntries(
    Object.entries(before.seen).map(([node, known]) => [
      node,
      Object.fromEntries(
        Object.entries(known).map(([channel, each]) => [
          channel,
          changed.includes(channel) && each === before.versions[channel] ? version : each,
        ]),
      ),
    ]),
  )
  return { ...before, values, versions, seen }
}
