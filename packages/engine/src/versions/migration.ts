import type { Awaitable } from '../store.ts'

/** What became of a name: another one, or `null` when what it stood for is given up. */
export type Renamed = Readonly<Record<string, string | null>>

/** How a thread that stands at version `from` of a graph comes to version `to`. Names that are not listed stay. */
export interface Migration {
  readonly from: string
  readonly to: string
  /** Old name of a node → its new one. What waits for a node that is mapped to `null` is given up. */
  readonly nodes?: Renamed
  /** Old name of a channel → its new one. What a channel holds that is mapped to `null` is dropped. */
  readonly channels?: Renamed
  /**
   * The values of the state's channels at `to` from those at `from`, which have their new names already. A channel that
   * is left out holds nothing any more.
   */
  state?(values: Readonly<Record<string, unknown>>): Awaitable<Readonly<Record<string, unknown>>>
  /**
   * The same for what a task has written that had finished when the thread stopped, and that no checkpoint holds yet:
   * the updates of one task by channel, under their new names. Default: as they were written.
   */
  updates?(
    updates: Readonly<Record<string, unknown>>,
    task: { readonly node: string | undefined },
  ): Awaitable<Readonly<Record<string, unknown>>>
}

/** The fewest migrations that lead from one version to another; none when they are the same, `undefined` for no way. */
export function migrationPath(
  migrations: readonly Migration[],
  from: string,
  to: string,
): readonly Migration[] | undefined {
  const known = new Set([from])
  let paths: (readonly Migration[])[] = [[]]
  for (;;) {
    const found = paths.find((path) => (path.at(-1)?.to ?? from) === to)
    if (found !== undefined || paths.length === 0) return found
    paths = paths.flatMap((path) => {
      const next = migrations.filter((each) => each.from === (path.at(-1)?.to ?? from) && !known.has(each.to))
      for (const each of next) known.add(each.to)
      return next.map((each) => [...path, each])
    })
  }
}

/** What can be seen to be wrong with a graph's migrations without a thread. */
export function migrationMistakes(
  { version = '1', migrations = [] }: { version?: string; migrations?: readonly Migration[] },
  has: { node(name: string): boolean; channel(name: string): boolean },
): string[] {
  return migrations.flatMap(({ from, to, nodes = {}, channels = {} }, index) => {
    const problems: string[] = []
    const which = `the migration from version "${from}" to "${to}"`
    if (from === to) problems.push(`${which} leads nowhere`)
    if (migrations.findIndex((each) => each.from === from && each.to === to) !== index)
      problems.push(`${which} is there twice`)
    if (migrationPath(migrations, to, version) === undefined)
      problems.push(
        `${which} does not lead to the graph's version, "${version}", and no other one goes on from there`,
      )
    if (to !== version) return problems
    for (const name of Object.values(nodes))
      if (name !== null && !has.node(name))
        problems.push(`${which} names the node "${name}", which the graph does not have`)
    for (const name of Object.values(channels))
      if (name !== null && !has.channel(name))
        problems.push(`${which} names the channel "${name}", which the graph does not have`)
    return problems
  })
}
