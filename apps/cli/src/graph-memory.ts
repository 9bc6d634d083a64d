// A thread remembers which graph it belongs to: every checkpoint that the command line makes says so.
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { StoreSaver } from '@cairn/checkpoint'
import type { Commit, Store } from '@cairn/engine'
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import type { GraphReference } from './load-graph.ts'

/** In the metadata of a checkpoint: `path/to/file.ts#export`, relative to the directory of the database. */
const metadataKey = 'cairn_graph'

/** A saver over the same store, but what it saves says which graph it is of. */
export function rememberGraph(
  store: Store,
  reference: GraphReference,
  database: string,
): BaseCheckpointSaver {
  const graph = `${portablePath(reference.file, database)}#${reference.exportName}`
  const { isAtomic = true, isPrompt = false, leases } = store
  return new StoreSaver({
    isAtomic,
    isPrompt,
    ...(leases !== undefined && { leases }),
    load: (line, checkpointId) => store.load(line, checkpointId),
    list: (query) => store.list(query),
    deleteThread: (threadId) => store.deleteThread(threadId),
    commit: (commit) => store.commit(isOfThread(commit) ? withMetadata(commit, graph) : commit),
  })
}

type CommitOfCheckpoint = Commit & Required<Pick<Commit, 'checkpoint'>>

/** Graphs within a thread's own need not be remembered. */
function isOfThread(commit: Commit): commit is CommitOfCheckpoint {
  return commit.checkpoint !== undefined && commit.line.namespace === ''
}

function withMetadata(commit: CommitOfCheckpoint, graph: string): Commit {
  const { checkpoint } = commit
  return {
    ...commit,
    checkpoint: { ...checkpoint, metadata: { ...checkpoint.metadata, [metadataKey]: graph } },
  }
}

/** `FILE#export` with an absolute path, or `undefined` when the command line did not make the checkpoint. */
export function rememberedGraph(metadata: object | undefined, database: string): string | undefined {
  const stored = (metadata as Readonly<Record<string, unknown>> | undefined)?.[metadataKey]
  return typeof stored === 'string' ? resolve(dirname(resolve(database)), stored) : undefined
}

/** So that a project can be moved, with the database in it. */
function portablePath(file: string, database: string): string {
  const path = relative(dirname(resolve(database)), file)
  return isAbsolute(path) ? file : path.split(sep).join('/')
}
