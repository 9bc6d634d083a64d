// What Cairn has set itself to reach, measured in the same run as what it is compared with.
import type { EngineName } from './engine.ts'
import { figuresOf, type Figures, type Summaries } from './summary.ts'
import { count } from './words.ts'
import { workloadById } from './workloads/catalog.ts'

interface BarBase {
  /** Names the bar in `notes.ts`. */
  readonly id: string
  readonly workload: string
}

export type Bar =
  /** That many times as fast as another engine. LangGraph is taken at the faster of its durabilities. */
  | (BarBase & { readonly kind: 'faster'; readonly than: 'langgraph' | 'xstate'; readonly atLeast: number })
  /** What the workload costs, in times of what a smaller one costs. */
  | (BarBase & { readonly kind: 'growth'; readonly over: string; readonly atMost: number })
  /** What the workload costs, in times of what it costs on another engine. */
  | (BarBase & { readonly kind: 'no-slower'; readonly than: 'langgraph'; readonly atMost: number })
  /** The most memory that the process held, in times of what it held on another engine. */
  | (BarBase & { readonly kind: 'no-larger'; readonly than: 'langgraph'; readonly atMost: number })
  /** A reading of the workload, in times of another reading of the same workload. */
  | (BarBase & {
      readonly kind: 'reading-growth'
      readonly reading: string
      readonly over: string
      readonly atMost: number
    })
  /** A reading in milliseconds, that many times as fast as the same reading on LangGraph without a `DeltaChannel`. */
  | (BarBase & { readonly kind: 'reading-faster'; readonly reading: string; readonly atLeast: number })
  | (BarBase & { readonly kind: 'reading-time'; readonly reading: string; readonly atMostMs: number })
  | (BarBase & { readonly kind: 'wall-time'; readonly atMostMs: number })
  | (BarBase & { readonly kind: 'longest-block'; readonly atMostMs: number })
  | (BarBase & { readonly kind: 'file-size'; readonly atMostBytes: number })

/** What a bar came to. */
export interface Verdict {
  readonly bar: string
  readonly measured: string
  readonly verdict: 'pass' | 'miss' | 'not measured'
}

const faster = (workload: string, than: 'langgraph' | 'xstate', atLeast: number): Bar => ({
  id: `${workload}/${than}`,
  kind: 'faster',
  workload,
  than,
  atLeast,
})

export const bars: readonly Bar[] = [
  faster('loop-sync-none', 'langgraph', 30),
  faster('loop-sync-none', 'xstate', 2),
  faster('loop-async-none', 'langgraph', 30),
  faster('loop-async-none', 'xstate', 2),
  faster('chain', 'langgraph', 30),
  faster('chain', 'xstate', 2),
  faster('loop-sync-sqlite', 'langgraph', 10),
  faster('loop-sync-sqlite', 'xstate', 1),
  faster('loop-async-sqlite', 'langgraph', 10),
  faster('loop-async-sqlite', 'xstate', 1),
  faster('fan-out-1000-none', 'langgraph', 40),
  faster('fan-out-5000-none', 'langgraph', 150),
  {
    id: 'fan-out-5000-none/growth',
    kind: 'growth',
    workload: 'fan-out-5000-none',
    over: 'fan-out-1000-none',
    atMost: 6,
  },
  faster('fan-out-1000-sqlite', 'langgraph', 15),
  faster('nested-none', 'langgraph', 30),
  faster('nested-sqlite', 'langgraph', 15),
  faster('stream', 'langgraph', 15),
  faster('idle-channel', 'langgraph', 15),
  { id: 'idle-channel/file', kind: 'file-size', workload: 'idle-channel', atMostBytes: 3_000_000 },
  faster('invoke', 'langgraph', 10),
  faster('handler', 'langgraph', 4),
  faster('events', 'langgraph', 2.5),
  faster('agent', 'langgraph', 5),
  faster('threads', 'langgraph', 10),
  { id: 'threads/memory', kind: 'no-larger', workload: 'threads', than: 'langgraph', atMost: 1.25 },
  { id: 'threads/block', kind: 'longest-block', workload: 'threads', atMostMs: 30 },
  faster('processes', 'langgraph', 10),
  { id: 'processes/p99', kind: 'reading-faster', workload: 'processes', reading: 'p99', atLeast: 10 },
  { id: 'processes/block', kind: 'longest-block', workload: 'processes', atMostMs: 30 },
  {
    id: 'long-run/heap',
    kind: 'reading-growth',
    workload: 'long-run',
    reading: 'lateHeap',
    over: 'earlyHeap',
    atMost: 1.1,
  },
  {
    id: 'long-run/resident',
    kind: 'reading-growth',
    workload: 'long-run',
    reading: 'lateResident',
    over: 'earlyResident',
    atMost: 1.1,
  },
  { id: 'messages/file', kind: 'file-size', workload: 'messages', atMostBytes: 2_500_000 },
  { id: 'conversation/file', kind: 'file-size', workload: 'conversation', atMostBytes: 3_000_000 },
  {
    id: 'conversation/growth',
    kind: 'reading-growth',
    workload: 'conversation',
    reading: 'late',
    over: 'early',
    atMost: 4,
  },
  { id: 'conversation/late', kind: 'reading-faster', workload: 'conversation', reading: 'late', atLeast: 20 },
  { id: 'idle-blob/file', kind: 'file-size', workload: 'idle-blob', atMostBytes: 1_000_000 },
  {
    id: 'history/any',
    kind: 'reading-growth',
    workload: 'history',
    reading: 'any',
    over: 'newest',
    atMost: 2,
  },
  ...['listing', 'listing-counter'].flatMap((workload): Bar[] => [
    { id: `${workload}/all`, kind: 'reading-time', workload, reading: 'all', atMostMs: 20 },
    { id: `${workload}/langgraph`, kind: 'reading-faster', workload, reading: 'all', atLeast: 50 },
    { id: `${workload}/page`, kind: 'reading-time', workload, reading: 'longestPage', atMostMs: 5 },
  ]),
  {
    id: 'import-graph/langgraph',
    kind: 'no-slower',
    workload: 'import-graph',
    than: 'langgraph',
    atMost: 1.1,
  },
  { id: 'import-graph/memory', kind: 'no-larger', workload: 'import-graph', than: 'langgraph', atMost: 1.25 },
  { id: 'import-engine/wall', kind: 'wall-time', workload: 'import-engine', atMostMs: 15 },
]

/**
 * Ratios are taken of wall time and of CPU time, and the worse of the two has to reach the bar: it can then be owed
 * neither to a second core nor to a neighbour on the machine.
 */
export function judge(bar: Bar, summaries: Summaries): Verdict {
  const ours = figuresOf(summaries, bar.workload, 'cairn')
  switch (bar.kind) {
    case 'faster': {
      const name = bar.than === 'xstate' ? 'XState' : 'LangGraph'
      const text = bar.atLeast === 1 ? `ahead of ${name}` : `≥ ${bar.atLeast} × ${name}`
      const ratio = ratioOf(fastest(summaries, bar.workload, bar.than), ours)
      return verdict(text, ratio, (worse) => worse >= bar.atLeast, 'least')
    }
    case 'growth': {
      const ratio = ratioOf(ours, figuresOf(summaries, bar.over, 'cairn'))
      return verdict(`≤ ${bar.atMost} × \`${bar.over}\``, ratio, (worse) => worse <= bar.atMost, 'most')
    }
    case 'no-slower': {
      const ratio = ratioOf(ours, fastest(summaries, bar.workload, bar.than))
      return verdict(`≤ ${bar.atMost} × LangGraph`, ratio, (worse) => worse <= bar.atMost, 'most')
    }
    case 'no-larger': {
      const theirs = figuresOf(summaries, bar.workload, bar.than)?.peakBytes
      const larger = ours === undefined || theirs === undefined ? undefined : ours.peakBytes / theirs
      return limit(`peak memory ≤ ${bar.atMost} × LangGraph`, larger, bar.atMost, '×', 2)
    }
    case 'reading-growth': {
      const above = ours?.readings?.[bar.reading]
      const below = ours?.readings?.[bar.over]
      const grown = above === undefined || below === undefined ? undefined : above / below
      return limit(
        `${titleOf(bar, bar.reading)} ≤ ${bar.atMost} × ${titleOf(bar, bar.over)}`,
        grown,
        bar.atMost,
        '×',
        2,
      )
    }
    case 'reading-faster': {
      const text = `${titleOf(bar, bar.reading)} ≥ ${bar.atLeast} × faster than LangGraph`
      const mine = ours?.readings?.[bar.reading]
      const theirs = figuresOf(summaries, bar.workload, 'langgraph')?.readings?.[bar.reading]
      if (mine === undefined || theirs === undefined) {
        return { bar: text, measured: '–', verdict: 'not measured' }
      }
      const ratio = theirs / mine
      return { bar: text, measured: times(ratio), verdict: ratio >= bar.atLeast ? 'pass' : 'miss' }
    }
    case 'reading-time': {
      const value = ours?.readings?.[bar.reading]
      return limit(`${titleOf(bar, bar.reading)} ≤ ${bar.atMostMs} ms`, value, bar.atMostMs, 'ms', 2)
    }
    case 'wall-time':
      return limit(`≤ ${bar.atMostMs} ms`, ours?.wallMs, bar.atMostMs, 'ms')
    case 'longest-block':
      return limit(
        `event loop never blocked for more than ${bar.atMostMs} ms`,
        ours?.longestBlockMs,
        bar.atMostMs,
        'ms',
      )
    case 'file-size':
      return limit(
        `file ≤ ${bar.atMostBytes / 1e6} MB`,
        megabytes(ours?.fileBytes),
        bar.atMostBytes / 1e6,
        'MB',
      )
  }
}

/** The column's title without its unit. */
function titleOf({ workload }: BarBase, reading: string): string {
  return (workloadById(workload).readings?.[reading] ?? reading).replace(/ (?:ms|MB)$/, '')
}

interface Ratio {
  readonly wall: number
  readonly cpu: number
}

function ratioOf(above: Cost | undefined, below: Cost | undefined): Ratio | undefined {
  if (above === undefined || below === undefined) return undefined
  return { wall: above.wallMs / below.wallMs, cpu: above.cpuMs / below.cpuMs }
}

type Cost = Pick<Figures, 'wallMs' | 'cpuMs'>

/** The least wall time and the least CPU time of an engine, whichever durability they come from. */
function fastest(summaries: Summaries, workload: string, engine: 'langgraph' | 'xstate'): Cost | undefined {
  const names: EngineName[] = engine === 'langgraph' ? ['langgraph', 'langgraph-sync'] : ['xstate']
  const found = names.flatMap((name) => figuresOf(summaries, workload, name) ?? [])
  if (found.length === 0) return undefined
  return {
    wallMs: Math.min(...found.map((each) => each.wallMs)),
    cpuMs: Math.min(...found.map((each) => each.cpuMs)),
  }
}

function verdict(
  bar: string,
  ratio: Ratio | undefined,
  reaches: (worse: number) => boolean,
  sense: 'least' | 'most',
): Verdict {
  if (ratio === undefined) return { bar, measured: '–', verdict: 'not measured' }
  const worse = sense === 'least' ? Math.min(ratio.wall, ratio.cpu) : Math.max(ratio.wall, ratio.cpu)
  return {
    bar,
    measured: `${times(ratio.wall)} wall, ${times(ratio.cpu)} CPU`,
    verdict: reaches(worse) ? 'pass' : 'miss',
  }
}

function limit(bar: string, value: number | undefined, atMost: number, unit: string, digits = 1): Verdict {
  if (value === undefined) return { bar, measured: '–', verdict: 'not measured' }
  return { bar, measured: `${value.toFixed(digits)} ${unit}`, verdict: value <= atMost ? 'pass' : 'miss' }
}

function megabytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1e6
}

function times(ratio: number): string {
  return `${ratio >= 100 ? count(Math.round(ratio)) : ratio.toFixed(ratio >= 10 ? 1 : 2)} ×`
}
