// Written by hand, so that it survives a new run: why a bar was missed, or what to know about one that was passed.

/** bar id (see `bars.ts`) → the reason that is printed beside it. */
export const notes: Readonly<Record<string, string>> = {
  'loop-sync-none/xstate':
    "XState's `send` is one function over plain objects. Cairn also gives each node LangChain's ambient context and a config of its own, for the tools and models inside; these alone cost more than a whole transition. With an async node, Cairn is ahead.",
  'chain/xstate': 'As for the loop with a sync node.',
  'loop-sync-sqlite/xstate':
    "XState's snapshot is one row. Cairn stores two in a transaction, the task's writes and the checkpoint, and SQLite's part of that is about half as much again.",
}
