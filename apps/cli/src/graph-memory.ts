// A thread remembers which graph it belongs to: every checkpoint that the command line makes says so.
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import type { GraphReference } from './load-graph.ts'

/** In the metadata of a checkpoint: `path/to/file.ts#export`, relative to the directory of the database. */
const metadataKey = 'cairn_graph'

/** The same saver, but what it saves says which graph it is of. */
export function rememberGraph(
  saver: BaseCheckpointSaver,
  reference: GraphReference,
  database: string,
): BaseCheckpointSaver {
  const graph = `${portablePath(reference.file, database)}#${reference.exportName}`
  return new Proxy(saver, {
    get(target, property) {
      if (property === 'put') {
        return (...[config, checkpoint, metadata, versions]: Parameters<BaseCheckpointSaver['put']>) =>
          target.put(config, checkpoint, { ...metadata, [metadataKey]: graph } as typeof metadata, versions)
      }
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
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
