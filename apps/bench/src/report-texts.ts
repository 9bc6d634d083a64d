// What the report says in words.
import { fullEffort } from './measure.ts'

export const engineTitles = {
  floor: 'floor',
  cairn: 'Cairn',
  langgraph: 'LangGraph',
  'langgraph-sync': 'LangGraph, `durability: "sync"`',
  'langgraph-delta': 'LangGraph with `DeltaChannel`',
  xstate: 'XState',
  mastra: 'Mastra',
} as const

export const method = `\
- Each sample is a fresh Node process with one workload on one engine. Engines take turns within a workload, and each
  round begins with another engine. Figures are medians over the samples; a column says how many there are. Pairs that
  take many seconds have fewer.
- Each process opens one program, as a server would: the graph is made once, with SQLite on one file, and runs many
  times, each time on new threads. Making it is not measured. First come runs that do not count, at least one and for
  ${fullEffort.warmUpMs} ms of CPU time, so that V8 has compiled what it will; then runs that count, at least one and for
  ${fullEffort.measureMs} ms. The sample is their mean. In its first second any engine is slower than the figures say.
- CPU time is the user and system time of the whole process, so it can be above the wall time: V8 compiles and collects
  garbage on helper threads. A ratio has to reach its bar in wall and in CPU time.
- Each run's final state is checked, and with SQLite also what a second connection to the file finds of the last run
  before the first one is closed. A wrong result fails the bench.
- "Longest block" is the longest time for which the event loop did not turn, in any sample; on a busy machine the time
  in which the process had to wait for a core is in it too. Peak memory is that of the
  whole process, with Node, the engine's modules and the warm-up. File size is taken after closing, per run.
- Where a thread's file or memory is what matters (the idle text of 200 KB, the growing lists, the long run), one run
  counts, on a file that holds nothing else; runs that do not count go to another file. LangGraph's only run of these
  is its first: it takes many seconds, in which V8 has compiled what it will, before the turns that are compared.
- A conversation's turns are timed one by one, from the call of \`invoke\` to its end: the two columns are the medians of
  the turns 5 to 15 and of the last 20.
- Histories and listings are read from a thread that was written before the clock starts, on a new connection in each
  run. Every checkpoint's state is read once, in no order, with all of its messages looked at, and the newest now and
  then in between. A listing reads each checkpoint's metadata, and no value of its state.
- Several processes have each a connection, and begin at the same time; their CPU time and memory are added up, the
  longest block is that of any of them, and so is the 99th percentile. A process that finds the file busy fails the
  bench. A superstep of a thread is timed from one call of its node to the next, other threads' included.
- The memory of a long run is read inside it, after a collection of garbage.
- An import is measured in a process that has loaded nothing but the sampler, from the system's file cache.
- All processes run with \`NODE_ENV=production\` and tracing off.`

export const guarantees = `\
All SQLite files are in WAL mode with \`synchronous=NORMAL\`: what is committed survives the death of the process, not a
power cut. What is committed when differs:

| engine | keeps | when |
| --- | --- | --- |
| floor | one row per step | before the next step. A fan-out's results are one transaction, and the join's another |
| Cairn | each task's writes, and a checkpoint per superstep with what changed, with \`@cairn/sqlite\` | a finished task's writes before the event loop turns again, and with the checkpoint, in one transaction, before the next superstep begins: the store answers at once, so its default durability is as good as \`sync\` |
| LangGraph | each task's writes, and a whole checkpoint per superstep, with its own \`SqliteSaver\` | \`async\` (its default): writes and checkpoints are begun at the end of a task and of a superstep, and awaited at the end of the run; \`sync\`: the checkpoint is awaited before the next superstep. Both are run, and the faster one counts; for the long lists of messages only \`async\`, since the same work is done. With its \`DeltaChannel\`, which a program has to ask for, a checkpoint leaves the messages out, and reading replays the tasks' writes from the last snapshot on (every hundredth update) |
| XState | its whole persisted snapshot per transition, by this bench, in one row each | before the next event. It has no store of its own, and no writes of tasks apart from the snapshot |
| Mastra | one row per run, replaced at the start of each step, with LibSQL | before the step runs. It keeps no history, so it does less than the others |

Cairn and LangGraph run the very same graphs (\`src/engines/state-graph.ts\`), with \`Annotation\` and without zod on either
side; retry, timeout and cache policies are there to be used on both and are used on neither.`

export const notMeasured = `\
- Models, tools and anything over a network: a real agent waits for those nearly all of its time.
- Tracers that send what they see; zod schemas of a state; retries, timeouts, caches, interrupts and resumes.
- The long run on other engines, whose memory is compared with nothing, and a floor below the histories, listings and
  processes: they are about a saver, and bare code has none.
- Other databases, other operating systems, and power cuts.
- XState and Mastra where they have no counterpart: streams of states, updates and events, callback handlers, prebuilt
  agents, a saver in memory, and, with a
  store, children or nested workflows, which they keep only as part of their parent's snapshot.`
