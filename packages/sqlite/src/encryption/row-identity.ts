import { type CompactId, expandId } from '../compact-id.ts'

// Begins each identity. Another form of rows, or another way to seal them, gets another number.
const scheme = 'cairn 1'

/** Which row of `value` a text is sealed for. */
export function valueIdentity(thread: number, row: number, format: number): string {
  return `${scheme} value ${thread} ${row} ${format}`
}

/** Which row of `entry` a text is sealed for. */
export function entryIdentity(line: number, checkpoint: CompactId, task: CompactId, format: number): string {
  return `${scheme} entry ${line} ${format} ${idText(checkpoint)} ${idText(task)}`
}

/** Which row of `cipher_key` a text is sealed for. */
export function keyIdentity(name: string): string {
  return `${scheme} key ${name}`
}

/** As text, an id is the same in either of the forms that a line may store it in; a checkpoint has no task. */
function idText(id: CompactId): string {
  return JSON.stringify(id.length === 0 ? '' : expandId(id))
}
