import { EngineError } from '../errors.ts'
import { joinOf } from './control-channels.ts'
import type { Loss } from './lost-work.ts'

/** Where a thread stands. */
export interface IncompatibleAt {
  readonly threadId: string
  /** Of the line of checkpoints: `''` for the thread's own. */
  readonly namespace: string
  readonly checkpointId: string
  /** Of the graph that brought it there. */
  readonly version: string
}

/** The graph that was to go on with it. */
export interface IncompatibleGraph {
  readonly name: string
  readonly version: string
}

/** A thread was to go on with a graph that has no place for some of what the thread still has to do, or holds. */
export class IncompatibleGraphError extends EngineError {
  readonly code = 'INCOMPATIBLE_GRAPH'

  constructor(
    readonly graph: IncompatibleGraph,
    readonly at: IncompatibleAt,
    /** Everything that would be lost. */
    readonly losses: readonly Loss[],
  ) {
    const { threadId, namespace, checkpointId, version } = at
    const place = namespace === '' ? '' : `, in the nested graph "${namespace}"`
    super(
      `Thread "${threadId}" stands at checkpoint ${checkpointId}${place}, which version "${version}" of the graph has made. ` +
        `Graph "${graph.name}", version "${graph.version}", would lose some of it:\n` +
        losses.map((loss) => `- ${describeLoss(loss)}\n`).join('') +
        'Tell the graph what became of these names, and the thread goes on from where it stands ' +
        '(null for what is to be given up):\n  ' +
        suggestedMigration(losses, version, graph.version),
    )
  }
}

/** One sentence, without a full stop: what would be lost, and what it may be called now. */
export function describeLoss(loss: Loss): string {
  switch (loss.kind) {
    case 'task': {
      const state = loss.isFinished ? 'has finished, and what it wrote is not applied yet' : 'is due next'
      if (loss.why === 'gone') return `node "${loss.node}" ${state}, and is gone${wasRenamed(loss.near)}`
      const now = loss.near.length === 0 ? 'by nothing' : `by ${quoted(loss.near)}`
      return `node "${loss.node}" ${state} because of the channel "${loss.channel}", but is now triggered ${now}`
    }
    case 'send':
      return `${loss.count === 1 ? 'a task was' : `${loss.count} tasks were`} sent to node "${loss.node}", which is gone${wasRenamed(loss.near)}`
    case 'join': {
      const join = joinOf(loss.channel)
      const name =
        join === undefined
          ? `the join "${loss.channel}"`
          : `the join of ${quoted(join.parents)} into "${join.node}"`
      const now = loss.near.length === 0 ? '' : `; now there is ${quoted(loss.near, 'or')}`
      return `${name} has begun to fill (${quoted(loss.arrived)} arrived), and is gone or waits for others${now}`
    }
    case 'channel':
      return loss.is === undefined
        ? `channel "${loss.channel}" holds a value, and is gone${wasRenamed(loss.near)}`
        : `channel "${loss.channel}" holds a value, and has become a ${loss.is}, which does not keep what a ${loss.was} held`
    case 'write': {
      const who = loss.node === undefined ? 'something that is not applied yet' : `node "${loss.node}"`
      return `${who} has written to channel "${loss.channel}", which is gone${wasRenamed(loss.near)}`
    }
  }
}

/** The migration that would make up for these losses, as far as names tell: code to begin from. */
export function suggestedMigration(losses: readonly Loss[], from: string, version: string): string {
  const to = from === version ? nextVersion(version) : version
  const nodes = new Map<string, string | null>()
  const channels = new Map<string, string | null>()
  for (const loss of losses) {
    const near = loss.near[0] ?? null
    if (loss.kind === 'send' || (loss.kind === 'task' && loss.why === 'gone')) nodes.set(loss.node, near)
    else if (loss.kind === 'task') {
      if (loss.channel !== undefined) channels.set(loss.channel, near)
    } else if (loss.kind !== 'channel' || loss.is === undefined) channels.set(loss.channel, near)
  }
  const parts = [
    `from: ${text(from)}, to: ${text(to)}`,
    ...(nodes.size > 0 ? [`nodes: ${record(nodes)}`] : []),
    ...(channels.size > 0 ? [`channels: ${record(channels)}`] : []),
    ...(losses.some((loss) => loss.kind === 'channel' && loss.is !== undefined)
      ? ['state: (values) => ({ ...values })']
      : []),
  ]
  return `compile({ version: ${text(to)}, migrations: [{ ${parts.join(', ')} }] })`
}

function nextVersion(version: string): string {
  return /^\d+$/.test(version) ? String(Number(version) + 1) : `${version}-2`
}

function record(renamed: ReadonlyMap<string, string | null>): string {
  const entries = [...renamed].map(([old, now]) => `${key(old)}: ${now === null ? 'null' : text(now)}`)
  return `{ ${entries.join(', ')} }`
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : text(name)
}

function text(name: string): string {
  return `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function wasRenamed(near: readonly string[]): string {
  return near.length === 0 ? '' : ` (was it renamed to ${quoted(near, 'or')}?)`
}

function quoted(names: readonly string[], last = 'and'): string {
  const texts = names.map((name) => `"${name}"`)
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} ${last} ${texts.at(-1)}`
}
