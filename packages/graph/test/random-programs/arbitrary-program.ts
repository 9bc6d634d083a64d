import * as fc from 'fast-check'
import type { Act, ChildProgram, Link, NodeProgram, Program, Rule } from './program.ts'

const mostNodes = 6

const acts = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Act>('notes') },
  { weight: 3, arbitrary: fc.constant<Act>('later') },
  { weight: 2, arbitrary: fc.constant<Act>('asks') },
  { weight: 1, arbitrary: fc.constant<Act>('asksTwice') },
  { weight: 1, arbitrary: fc.constantFrom<Act>('nothing', 'calls', 'retried', 'handled') },
)

const anyChild: fc.Arbitrary<ChildProgram> = fc.record({
  acts: fc.array(acts, { minLength: 1, maxLength: 3 }),
  isParallel: fc.boolean(),
  checkpointer: fc.constantFrom(undefined, undefined, true, false),
  engine: fc.constantFrom('Cairn', 'LangGraph'),
})

const anyRule: fc.Arbitrary<Rule> = fc.oneof(
  fc.constantFrom<Rule>('always', 'odd', 'even'),
  fc.nat({ max: 8 }).map((whileShorterThan) => ({ whileShorterThan })),
)

/** How node `index` is reached, from nodes before it. */
function entryOf(index: number): fc.Arbitrary<Link[]> {
  const earlier = fc.integer({ min: -1, max: index - 1 })
  const edges = fc
    .uniqueArray(earlier, { minLength: 1, maxLength: 2 })
    .map((from) => from.map((one): Link => ({ kind: 'edge', from: one, to: index })))
  const route = fc
    .tuple(earlier, anyRule)
    .map(([from, how]): Link[] => [{ kind: 'route', from, to: [index], rule: how }])
  const send = fc
    .tuple(earlier, fc.integer({ min: 1, max: 3 }))
    .map(([from, count]): Link[] => [{ kind: 'send', from, to: index, count }])
  if (index < 2) return fc.oneof({ weight: 3, arbitrary: edges }, route, send)
  const join = fc
    .uniqueArray(fc.nat({ max: index - 1 }), { minLength: 2, maxLength: 3 })
    .map((from): Link[] => [{ kind: 'join', from, to: index }])
  return fc.oneof({ weight: 3, arbitrary: edges }, { weight: 2, arbitrary: join }, route, send)
}

interface Draft {
  readonly acts: readonly Act[]
  readonly last: readonly boolean[]
  readonly deferred: readonly boolean[]
  readonly goTo: readonly (readonly number[])[]
  readonly children: readonly (ChildProgram | undefined)[]
  readonly entries: readonly (readonly Link[])[]
  readonly back: readonly (readonly [from: number, to: number, rule: Rule])[]
  readonly failing: number | undefined
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly turns: readonly number[]
}

/** Programs without what is known, and listed, to differ between the engines. */
export const arbitraryProgram: fc.Arbitrary<Program> = fc
  .integer({ min: 1, max: mostNodes })
  .chain((count) => {
    const each = <T>(arbitrary: fc.Arbitrary<T>) =>
      fc.array(arbitrary, { minLength: count, maxLength: count })
    const node = fc.nat({ max: count - 1 })
    const rarely = fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, fc.uniqueArray(node, { maxLength: 2 }))
    const draft: fc.Arbitrary<Draft> = fc.record({
      acts: each(acts),
      last: each(fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true))),
      deferred: each(fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true))),
      goTo: each(fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, fc.uniqueArray(node, { maxLength: 2 }))),
      children: each(fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, anyChild)),
      entries: fc.tuple(...Array.from({ length: count }, (_, index) => entryOf(index))),
      back: fc.array(fc.tuple(node, node, anyRule), { maxLength: 2 }),
      failing: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, node),
      before: rarely,
      after: rarely,
      turns: fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 5 }),
    })
    return draft.map(programFrom)
  })

function programFrom(draft: Draft): Program {
  const links = draft.entries.flat()
  const joined = new Set(links.filter(({ kind }) => kind === 'join').map(({ to }) => to as number))
  const back = draft.back
    .filter(([, to]) => !joined.has(to)) // an edge and a join that are ready together: see divergences
    .map(([from, to, rule]): Link => ({ kind: 'route', from, to: [to], rule }))
  const hasSends = links.some(({ kind }) => kind === 'send')
  const sentTo = new Set(links.filter(({ kind }) => kind === 'send').map(({ to }) => to as number))
  // On resume, LangGraph runs an error handler again that had finished.
  const mayHandle =
    draft.failing === undefined && draft.before.length + draft.after.length === 0 && !asks(draft)
  const nodes = draft.acts.map((drafted, index): NodeProgram => {
    const act = calmed(drafted, draft, mayHandle)
    const inner = calmedChild(draft.children[index], draft)
    const fails = draft.failing === index && !sentTo.has(index) // one failure at a time
    return {
      act: fails ? 'fails' : act,
      writesLast: draft.last[index]!,
      isDeferred: draft.deferred[index]! && !hasSends, // a deferred node while sends are on their way
      goTo: draft.goTo[index]!.filter((to) => !joined.has(to)),
      child: fails || inner === undefined ? undefined : childFor(inner, sentTo.has(index)),
    }
  })
  const calls = (index: number) => nodes[index]!.act === 'calls' && nodes[index]!.child === undefined
  // Of a node with a breakpoint after it, LangGraph does not run the tasks that it calls.
  const after = draft.after.filter((index) => !calls(index))
  return { nodes, links: [...links, ...back], before: draft.before, after, turns: draft.turns }
}

/** One failure at a time: a second attempt comes after some milliseconds, when another task may have failed for good. */
function calmed(act: Act, { failing }: Draft, mayHandle: boolean): Act {
  const isTooMuch = (act === 'handled' && !mayHandle) || (act === 'retried' && failing !== undefined)
  return isTooMuch ? 'notes' : act
}

function calmedChild(inner: ChildProgram | undefined, draft: Draft): ChildProgram | undefined {
  return inner && { ...inner, acts: inner.acts.map((act) => calmed(act, draft, false)) }
}

function asks({ acts: own, children }: Draft): boolean {
  return [...own, ...children.flatMap((inner) => inner?.acts ?? [])].some((act) => act.startsWith('asks'))
}

/**
 * Graphs that remember cannot run twice in one superstep, and questions of the same words cannot be told apart. A
 * replayed run takes up a graph that remembers at its newest checkpoint before the replayed one, by their ids; ids that
 * two engines made within one millisecond do not lie in the order of their making.
 */
function childFor(child: ChildProgram, isSentTo: boolean): ChildProgram {
  if (!isSentTo) return child.checkpointer === true ? { ...child, engine: 'Cairn' } : child
  const quiet = child.acts.map((act): Act => (act === 'asks' || act === 'asksTwice' ? 'notes' : act))
  return { ...child, acts: quiet, checkpointer: child.checkpointer === true ? undefined : child.checkpointer }
}
