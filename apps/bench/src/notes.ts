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
    'The input and the start of a call share a transaction, its end has one of its own. A nested graph could leave its end to the transaction of its caller.',
  'threads/langgraph':
    'All threads share one transaction a turn. What is left is spread: a quarter is SQLite, a sixth the garbage collector, the rest the rows, their checksums and the lease of each run.',
  'processes/langgraph':
    'Each process runs a thousand supersteps, most of them before its code is compiled by V8; a superstep costs four times what it costs in one process that is warm.',
  'processes/p99': 'As for the time: a process waits for the transactions of three others.',
  'processes/block': 'Four processes share two cores, so it includes waiting for one.',
  'listing-counter/langgraph':
    "LangGraph's saver lists states as small as a number in 20 ms, of which we would have to take 0.4 ms. With messages in them it is beyond the bar.",
  'import-engine/wall':
    'Modules are loaded one by one, about a quarter of a millisecond each; bundled, the same code takes 9 ms.',
  'import-graph/langgraph': 'As for the engine: some hundred and forty small modules on top of LangGraph.',
  'fan-out-5000-none/growth':
    'The garbage collector pays for five times as many configs that live until the join. Each of them costs 3.7 µs instead of 2.7 µs.',
  'threads/block':
    'On a machine with other work it includes waiting for a core: 58 ms were seen at a load of 3.',
}
