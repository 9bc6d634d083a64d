import type { ProgramWorkload } from '../workload.ts'
import { count } from '../words.ts'

/** A loop that carries a document along which no step writes. */
export function idleChannel(
  id: 'idle-channel' | 'idle-blob',
  steps: number,
  documentBytes: number,
): ProgramWorkload {
  return {
    id,
    title: `unchanged ${count(Math.round(documentBytes / 1000))} KB channel beside a counter, ${count(steps)} supersteps, SQLite`,
    unit: { name: 'superstep', count: steps },
    work: { kind: 'idle-channel', steps, documentBytes },
    storage: 'sqlite',
    expected: { count: steps, documentBytes },
  }
}

/** ASCII text of exactly that many bytes, which does not repeat within a line, as prose does not. */
export function documentOf(bytes: number): string {
  const lines: string[] = []
  for (let length = 0, line = 0; length < bytes; line += 1) {
    const text = `${line}: ${(line * 2_654_435_761) % 4_294_967_296} stones stand on the trail to the pass.\n`
    lines.push(text)
    length += text.length
  }
  return lines.join('').slice(0, bytes)
}
