import { existsSync } from 'node:fs'
import { StoreDoctor, type Examination, type Finding } from '@cairn/sqlite'
import { ExitCode } from '../exit-code.ts'
import { printable } from '../format-value.ts'
import type { Colors } from '../output.ts'
import { storedKeys } from '../stored-keys.ts'
import { openThreadsToRead } from '../threads.ts'
import type { Context } from './context.ts'

export interface DoctorOptions {
  /** Move what is damaged out of the way. */
  readonly fix?: boolean
}

/** Says what is damaged in a database, what is lost by it and what to do; with `--fix`, moves it out of the way. */
export function doctor({ fix = false }: DoctorOptions, context: Context): ExitCode {
  const { output, database, keyFile } = context
  // Says what is wrong with a database that is missing.
  if (!existsSync(database)) openThreadsToRead(context).close()
  const { before, after, moved } = examined(database, keyFile, fix)
  output.document({ ...before, moved, left: after.findings })
  output.lines(report(before, output.colors))
  if (fix) output.lines(['', ...aboutFix(before, after, moved, output.colors)])
  return after.findings.some(({ isDamage }) => isDamage) ? ExitCode.graphFailed : ExitCode.finished
}

interface Examined {
  readonly before: Examination
  readonly after: Examination
  readonly moved: number
}

function examined(database: string, keyFile: string | undefined, fix: boolean): Examined {
  const store = new StoreDoctor(database, storedKeys(keyFile))
  if (fix) return store.quarantine()
  const found = store.examine()
  return { before: found, after: found, moved: 0 }
}

function report(found: Examination, colors: Colors): string[] {
  const { path, threads, checkpoints, tasks, values, sealed, quarantined, findings } = found
  const lines = findings.flatMap((finding) => [...describe(finding, colors), ''])
  const looked = `${count(threads, 'thread')}, ${count(checkpoints, 'checkpoint')}, ${count(tasks, 'task')} and ${count(values, 'row')} of values in ${path}`
  const damage = findings.filter(({ isDamage }) => isDamage).length
  lines.push(
    damage === 0
      ? `${colors.green('✓')} no damage in ${looked}`
      : `${colors.red('✗')} ${count(damage, 'damage')} in ${looked}`,
  )
  if (sealed > 0) {
    lines.push(
      colors.dim(
        `  ${count(sealed, 'row')} encrypted: only checksums were looked at; --key-file looks inside`,
      ),
    )
  }
  if (quarantined > 0) lines.push(colors.dim(`  ${count(quarantined, 'row')} in quarantine from earlier`))
  return lines
}

function describe(
  { isDamage, threadId, namespace, taskId, checkpointIds = [], ...text }: Finding,
  colors: Colors,
): string[] {
  const mark = isDamage ? colors.red('✗') : colors.dim('·')
  const inLine = namespace === undefined || namespace === '' ? '' : `, nested graph ${printable(namespace)}`
  const place = threadId === undefined ? '' : `thread ${colors.bold(printable(threadId))}${inLine}: `
  return [
    `${mark} ${place}${text.what}`,
    ...(taskId === undefined ? [] : [`    task ${taskId}`]),
    ...(checkpointIds.length === 0 ? [] : [`    checkpoint ${idsOf(checkpointIds)}`]),
    `    lost: ${text.lost}`,
    `    to do: ${text.remedy}`,
  ]
}

/** The first and the last, which are the ends of what is missing. */
function idsOf(ids: readonly string[]): string {
  const shown = 3
  if (ids.length <= shown) return ids.join(', ')
  return `${ids.slice(0, shown - 1).join(', ')}, … ${ids.at(-1)}`
}

function aboutFix({ findings }: Examination, after: Examination, moved: number, colors: Colors): string[] {
  if (findings.length === 0) return []
  const left = after.findings.filter(({ isDamage }) => isDamage)
  return [
    `${count(moved, 'row')} moved to the table "quarantine"; nothing was deleted.`,
    left.length === 0
      ? `${colors.green('✓')} everything else can be read`
      : `${colors.red('✗')} ${count(left.length, 'damage')} left, which moving rows cannot help: see above what to do`,
  ]
}

function count(number: number, noun: string): string {
  const plural = noun === 'damage' ? noun : `${noun}s`
  return `${number} ${number === 1 ? noun : plural}`
}
