// Channels that carry no state but say who is due, and nodes that belong to others. Their names are LangGraph's, made from
// those of the nodes: so a node that is renamed renames them.
import { SENDS, START } from '../control.ts'

const TRIGGER = 'branch:to:'
const HANDLER = '__error_handler__'
const join = /^(join(?:-any|-activated)?):(.+):([^:]+)$/

/** The node that a channel makes due when it is written by an edge, a router or a command. */
export function nodeTriggeredBy(channel: string): string | undefined {
  return channel.startsWith(TRIGGER) ? channel.slice(TRIGGER.length) : undefined
}

/** The node whose failures a node handles that was made for it. */
export function nodeHandledBy(node: string): string | undefined {
  return node.startsWith(HANDLER) ? node.slice(HANDLER.length) : undefined
}

export function handlerName(node: string): string {
  return HANDLER + node
}

export interface JoinName {
  readonly rule: string
  readonly parents: readonly string[]
  readonly node: string
}

/** @param known those whom the join waits for, if that is known: a name may hold a `+` of its own */
export function joinOf(channel: string, known: readonly string[] = []): JoinName | undefined {
  const [, rule, parents, node] = join.exec(channel) ?? []
  return rule === undefined ? undefined : { rule, parents: splitNames(parents!, known), node: node! }
}

export function triggerName(node: string): string {
  return TRIGGER + node
}

export function joinName({ rule, parents, node }: JoinName): string {
  return `${rule}:${parents.join('+')}:${node}`
}

export function isControlChannel(channel: string): boolean {
  return channel === SENDS || channel === START || channel.startsWith(TRIGGER) || join.test(channel)
}

function splitNames(text: string, known: readonly string[]): string[] {
  const names: string[] = []
  let open = ''
  for (const part of text.split('+')) {
    open = open === '' ? part : `${open}+${part}`
    if (known.length > 0 && !known.includes(open)) continue
    names.push(open)
    open = ''
  }
  return open === '' ? names : [...names, open]
}
