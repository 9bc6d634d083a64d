import type { CheckpointView } from '../src/checkpoint-view.ts'

/** A checkpoint for tests, of which only what matters is given. */
export function view(fields: Partial<CheckpointView>): CheckpointView {
  return {
    id: 'id',
    threadId: 't',
    parentId: undefined,
    step: 0,
    source: 'loop',
    createdAt: '2026-01-02T03:04:05.000Z',
    metadata: {},
    values: {},
    versions: {},
    input: undefined,
    tasks: [],
    ...fields,
  }
}
