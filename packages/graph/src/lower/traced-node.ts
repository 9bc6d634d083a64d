import type { Serialized } from '@langchain/core/load/serializable'
import type { CompiledNode, PregelNodeFields } from '../langgraph/compiled-fields.ts'
import type { TracedAs } from '../tracing.ts'

/** The sequence that LangGraph makes of a node's function and its writers: what tracers see of a node. */
interface NodeSequence {
  toJSON(): Serialized
  /** Holds the node's trace policy, if it has one. */
  readonly _runExtra?: Record<string, unknown> | undefined
}

/** Made when the node is first traced. */
export function tracedNode(node: CompiledNode): TracedAs {
  let sequence: NodeSequence | undefined
  let serialized: Serialized | undefined
  const made = () => (sequence ??= (node as PregelNodeFields).getNode() as unknown as NodeSequence)
  return {
    serialized: () => (serialized ??= made().toJSON()),
    get extra() {
      return made()._runExtra
    },
  }
}
