import type { ConversationWork, ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'
import { checksumOf, messageText } from './message-text.ts'

/** One thread invoked `turns` times: each time a question comes in, and a node answers. */
export function conversation(
  turns: number,
  messageBytes: number,
  { early, late }: Pick<ConversationWork, 'early' | 'late'>,
): ProgramWorkload {
  const texts = Array.from({ length: 2 * turns }, (_, index) => messageText(index, messageBytes))
  return {
    id: 'conversation',
    title: `conversation of ${count(turns)} turns × 2 messages of ${count(messageBytes)} bytes, SQLite`,
    unit: { name: 'turn', count: turns },
    work: { kind: 'conversation', turns, messageBytes, early, late },
    storage: 'sqlite',
    expected: { messages: 2 * turns, checksum: checksumOf(texts) },
    readings: { early: `turn ${Math.round((early[0] + early[1]) / 2)} ms`, late: `turn ${late[1]} ms` },
  }
}
