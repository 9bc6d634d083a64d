// Commands that a person is told to type: quoted for the shell, with the options that this call was given.

/** How this program was called, as far as the next call has to repeat it. */
export interface Invocation {
  /** `cairn`, or whatever starts it here. */
  readonly program: string
  /** What `--db` was given, if it was. */
  readonly database: string | undefined
}

/** A command for the next call. */
export function commandLine(invocation: Invocation, ...words: readonly string[]): string {
  const database = invocation.database === undefined ? [] : ['--db', invocation.database]
  return [invocation.program, ...[...words, ...database].map(quoted)].join(' ')
}

/** One word for a POSIX shell. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./-][\w@%+=:,./#-]*$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}
