// What encryption costs: the commits of small supersteps, of a conversation whose list of messages grows, and loads of
// its newest checkpoint, with a store that is plain and one that is encrypted, in turns.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Line } from '@cairn/engine'
import { SqliteStore, type SqliteStoreOptions } from '../src/index.ts'
import { superstep } from '../test/commits.ts'

const rounds = 5
const supersteps = 3000
const turns = 500
const loads = 100
const talk: Line = { threadId: 'talk', namespace: '' }

interface Costs {
  readonly superstepUs: number
  readonly turnUs: number
  readonly loadMs: number
  readonly megabytes: number
}

async function measure(path: string, options: SqliteStoreOptions): Promise<Costs> {
  const store = SqliteStore.open(path, options)
  const superstepUs = await cpuUs(supersteps, (number) => store.commit(superstep(number)))
  const messages: string[] = []
  const turnUs = await cpuUs(turns, (number) => {
    messages.push(`question ${number} `.repeat(80), `answer ${number} `.repeat(80))
    return store.commit({ ...superstep(number, { messages: [...messages] }), line: talk })
  })
  store.close()
  let loadUs = 0
  for (let number = 0; number < loads; number++) {
    // Opened anew, so that nothing is remembered.
    const again = SqliteStore.open(path, options)
    loadUs += await cpuUs(1, () => void again.load(talk))
    again.close()
  }
  return {
    superstepUs: Math.round(superstepUs),
    turnUs: Math.round(turnUs),
    loadMs: Math.round(loadUs / loads / 10) / 100,
    megabytes: Math.round(statSync(path).size / 10_000) / 100,
  }
}

/** CPU time of one, in microseconds. */
async function cpuUs(count: number, work: (number: number) => unknown): Promise<number> {
  const before = process.cpuUsage()
  for (let number = 0; number < count; number++) await work(number)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

const key = randomBytes(32)
const kinds: Readonly<Record<string, SqliteStoreOptions>> = {
  plain: {},
  encrypted: { encryption: { currentKey: 'key', key: () => key } },
}
const best: Record<string, Costs> = {}
for (let round = 0; round < rounds; round++) {
  for (const [name, options] of Object.entries(kinds)) {
    const directory = mkdtempSync(join(tmpdir(), 'cairn-sqlite-bench-'))
    try {
      const costs = await measure(join(directory, 'store.db'), options)
      const known = best[name]
      if (known === undefined || costs.superstepUs < known.superstepUs) best[name] = costs
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
console.table(best)
