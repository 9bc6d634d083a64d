// What the store takes for the commits of a run, for loading the newest checkpoint, and for listing all of them.
import { statSync } from 'node:fs'
import { systemIds, type Commit, type Line } from '@cairn/engine'
import { SqliteStore } from '../src/index.ts'
import { measure, print, withPath } from './measure.ts'

const line: Line = { threadId: 'thread-1', namespace: '' }
const supersteps = 2000

/** Supersteps of a loop of two nodes: one task with three writes, and a checkpoint with four changed channels. */
function loop(count: number, extra: Readonly<Record<string, unknown>> = {}): Commit[] {
  const ids = [systemIds.checkpointId(-1, undefined)]
  while (ids.length < count) ids.push(systemIds.checkpointId(ids.length - 1, ids.at(-1)))
  const createdAt = new Date().toISOString()
  return ids.map((id, step): Commit => {
    const [node, next] = step % 2 === 0 ? (['plan', 'act'] as const) : (['act', 'plan'] as const)
    const parentId = ids[step - 1]
    const version = step + 1
    return {
      line,
      writes:
        parentId === undefined
          ? []
          : [
              {
                checkpointId: parentId,
                taskId: systemIds.taskId(parentId, node),
                taskPath: `~__pregel_pull, ${node}`,
                writes: [
                  ['count', step],
                  ['note', `step ${step}`],
                  [`branch:to:${next}`, null],
                ],
              },
            ],
      checkpoint: {
        id,
        parentId,
        createdAt,
        metadata: { source: 'loop', step, parents: {} },
        versions: {
          count: version,
          note: version,
          [`branch:to:${next}`]: version,
          [`branch:to:${node}`]: version,
        },
        seen: { [node]: { [`branch:to:${node}`]: step } },
        changed: { count: step, note: `step ${step}`, [`branch:to:${next}`]: null, ...(step === 0 && extra) },
        removed: [`branch:to:${node}`],
      },
    }
  })
}

async function measureLoop(
  name: string,
  commits: readonly Commit[],
  options: Parameters<typeof SqliteStore.open>[1] = {},
): Promise<void> {
  await withPath(async (path) => {
    const store = SqliteStore.open(path, options)
    const { meanUs, cpuUs, medianUs, p99Us, longestMs } = await measure(commits.length, (number) =>
      store.commit(commits[number]!),
    )
    const load = await measure(500, () => void store.load(line))
    const list = await measure(1, () => void Array.from(store.list(line)))
    store.close()
    const bytes = statSync(path).size / commits.length
    print([
      name,
      meanUs,
      cpuUs,
      medianUs,
      p99Us,
      longestMs,
      load.medianUs,
      list.meanUs / commits.length,
      bytes.toFixed(0),
    ])
  })
}

async function measureFanOut(name: string, tasks: number, value: unknown): Promise<void> {
  await withPath(async (path) => {
    const store = SqliteStore.open(path)
    const rounds = 20
    const perRound = Array.from({ length: rounds }, (_, round): Commit => {
      const checkpointId = systemIds.checkpointId(round, undefined)
      const writes = Array.from({ length: tasks }, (__, index) => ({
        checkpointId,
        taskId: systemIds.taskId(checkpointId, `${index}`),
        taskPath: `~__pregel_push, ${`${index}`.padStart(10, '0')}, 0000000000`,
        writes: [['results', value] as const],
      }))
      return { line, writes }
    })
    const { meanUs, cpuUs, medianUs, longestMs } = await measure(rounds, (round) =>
      store.commit(perRound[round]!),
    )
    store.close()
    const bytes = statSync(path).size / tasks / rounds
    print([name, meanUs / tasks, cpuUs / tasks, medianUs / tasks, '', longestMs, '', '', bytes.toFixed(0)])
  })
}

print(['', 'mean µs', 'CPU µs', 'median µs', 'p99 µs', 'longest ms', 'load µs', 'list µs', 'bytes'])
await measureLoop('loop, cold', loop(supersteps))
await measureLoop('loop', loop(supersteps))
await measureLoop('loop of 20,000', loop(20_000))
await measureLoop('loop, flushed at each commit', loop(supersteps), { fsync: 'full' })
await measureLoop('loop beside 100 KB that stay', loop(supersteps, { document: 'x'.repeat(100_000) }))
await measureFanOut('fan-out of 1,000 tasks, per task', 1000, [1])
await measureFanOut('fan-out of 1,000 tasks of 1 KB, per task', 1000, 'x'.repeat(1000))
