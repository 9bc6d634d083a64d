import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'
import { checksumOf, messageText } from './message-text.ts'

/** One run of `steps` supersteps, each of which adds a message to the list of messages. */
export function messages(steps: number, messageBytes: number): ProgramWorkload {
  const texts = Array.from({ length: steps }, (_, index) => messageText(index, messageBytes))
  return {
    id: 'messages',
    title: `${count(steps)} supersteps, each adds a message of ${count(messageBytes)} bytes, SQLite`,
    unit: { name: 'superstep', count: steps },
    work: { kind: 'messages', steps, messageBytes },
    storage: 'sqlite',
    expected: { messages: steps, checksum: checksumOf(texts) },
  }
}
