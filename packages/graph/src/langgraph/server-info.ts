import type { AssembledConfig } from '../assemble-config.ts'

/** What nodes learn of the server that runs them; `undefined` elsewhere. */
export interface ServerInfo {
  readonly assistantId: string
  readonly graphId: string
  readonly user: unknown
}

/** A server names the assistant, its graph and the signed-in user in `configurable`. */
export function serverInfoOf({ configurable, metadata }: AssembledConfig): ServerInfo | undefined {
  const assistantId = (configurable['assistant_id'] ?? metadata['assistant_id']) as Id
  const graphId = (configurable['graph_id'] ?? metadata['graph_id']) as Id
  const auth = configurable['langgraph_auth_user']
  const user = typeof auth === 'object' && auth !== null && 'identity' in auth ? auth : undefined
  if (assistantId == null && graphId == null && user === undefined) return undefined
  return { assistantId: String(assistantId ?? ''), graphId: String(graphId ?? ''), user }
}

/** `configurable` may hold either. */
type Id = string | number | null | undefined
