type Write = (...given: unknown[]) => boolean

/** Puts another `write` in front of a standard stream's own. Returns what takes it away again. */
export function replaceWrite(
  stream: NodeJS.WriteStream,
  replacement: (write: Write, given: readonly unknown[]) => boolean,
): () => void {
  const original = stream.write
  const write: Write = (...given) => Reflect.apply(original, stream, given) as boolean
  stream.write = (...given: unknown[]) => replacement(write, given)
  return () => {
    stream.write = original
  }
}
