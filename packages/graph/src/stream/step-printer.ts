import type { Run, RunListener, Task } from '@cairn/engine'
import { readKeys } from './emitter.ts'

/** Prints each superstep of a graph whose `debug` is set, as LangGraph prints it. */
export class StepPrinter implements RunListener {
  readonly #keys: readonly string[]

  /** @param keys channels of which values and writes are printed */
  constructor(keys: string | readonly string[]) {
    this.#keys = [keys].flat()
  }

  starting(run: Run, _tasks: readonly Task[], isSuperstep: boolean): void {
    if (!isSuperstep) return
    const { step, tasks } = run
    print(step - 1, 'checkpoint', `State at the end of step ${step - 1}`, json(readKeys(run, this.#keys)))
    print(
      step,
      'tasks',
      `Starting step ${step} with ${count(tasks.length, 'task')}`,
      tasks.map(({ name, input }) => `- ${green(name)} -> ${json(input)}`).join('\n'),
    )
  }

  applied(run: Run, tasks: readonly Task[]): void {
    this.#writes(run.step - 1, tasks)
  }

  interrupted(run: Run, tasks: readonly Task[]): void {
    this.#writes(run.step, tasks)
  }

  #writes(step: number, tasks: readonly Task[]): void {
    const written = new Map<string, string[]>()
    for (const [channel, value] of tasks.flatMap(({ writes }) => writes)) {
      if (!this.#keys.includes(channel)) continue
      written.set(channel, [...(written.get(channel) ?? []), JSON.stringify(value)])
    }
    print(
      step,
      'writes',
      `Finished step ${step} with writes to ${count(written.size, 'channel')}`,
      [...written].map(([channel, values]) => `- ${yellow(channel)} -> ${values.join(', ')}`).join('\n'),
    )
  }
}

function print(step: number, kind: string, title: string, body: string): void {
  // oxlint-disable-next-line no-console -- what `debug` is for
  console.log(`${blue(`[${step}:${kind}]`)}\u001B[1m ${title}:\u001B[0m\n${body}`)
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

const coloured = (start: string) => (text: string) => `\u001B[${start}m${text}\u001B[0m`
const blue = coloured('34')
const green = coloured('32')
const yellow = coloured('33;1')
