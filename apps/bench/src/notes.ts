// Written by hand, so that it survives a new run: why a bar was missed, or what to know about one that was passed.

/** bar id (see `bars.ts`) → the reason that is printed beside it. */
export const notes: Readonly<Record<string, string>> = {
  'loop-sync-none/xstate':
    "XState's `send` is one function over plain objects. Cairn also gives each node LangChain's ambient context and a config of its own, for the tools and models inside; these alone cost more than a whole transition. With an async node, Cairn is ahead.",
  'chain/xstate': 'As for the loop with a sync node.',
  'loop-sync-sqlite/xstate':
    "XState's snapshot is one row. Cairn stores two in a transaction, the task's writes and the checkpoint, and SQLite's part of that is about half as much again.",
  'loop-async-sqlite/xstate':
    'Both spend their time in SQLite, once a superstep. Cairn writes two rows where XState writes one.',
  'nested-sqlite/langgraph':
    'Each call of a nested graph commits three times: its input, its start, its node. About 60 % of the time is SQLite. The input and the start could share the transaction of the first superstep; the store port has no commit of several checkpoints yet.',
  'threads/langgraph':
    'Half of the time is the COMMIT of each superstep. Threads that reach their barriers in one turn of the event loop could share one; the store port has no such commit yet. The figure varies from run to run between 8.8 and 10.8.',
  'import-engine/wall':
    'Modules are loaded one by one, about a quarter of a millisecond each; bundled, the same code takes 9 ms.',
  'import-graph/langgraph': 'As for the engine: some hundred and forty small modules on top of LangGraph.',
  'fan-out-5000-none/growth':
    'The garbage collector pays for five times as many configs that live until the join. Each of them costs 3.7 µs instead of 2.7 µs.',
  'threads/block':
    'On a machine with other work it includes waiting for a core: 58 ms were seen at a load of 3.',
}
