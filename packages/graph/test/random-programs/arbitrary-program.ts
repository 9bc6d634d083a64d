import * as fc from 'fast-check'
import {
  actsOf,
  actsOfNode,
  childrenOf,
  isQuestion,
  type Act,
  type ChildProgram,
  type Editor,
  type InnerNode,
  type Keeping,
  type Link,
  type NodeProgram,
  type Program,
  type Rule,
  type RunOptions,
  type Turn,
} from './program.ts'

const mostNodes = 6

const acts = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Act>('notes') },
  { weight: 3, arbitrary: fc.constant<Act>('later') },
  { weight: 3, arbitrary: fc.constantFrom<Act>('asks', 'asks', 'asksTwice', 'taskAsks') },
  { weight: 2, arbitrary: fc.constantFrom<Act>('writes', 'says', 'replaces') },
  { weight: 2, arbitrary: fc.constantFrom<Act>('nothing', 'calls', 'cached', 'retried', 'handled') },
)

const innerActs = fc.oneof(
  { weight: 8, arbitrary: acts },
  { weight: 1, arbitrary: fc.constant<Act>('leaves') },
)

function sometimes<T, U>(likely: T, arbitrary: fc.Arbitrary<U>, weight = 5): fc.Arbitrary<T | U> {
  return fc.oneof({ weight, arbitrary: fc.constant(likely) }, { weight: 1, arbitrary })
}

function anyChild(levels: number): fc.Arbitrary<ChildProgram> {
  const child = levels > 1 ? sometimes(undefined, anyChild(levels - 1), 4) : fc.constant(undefined)
  return fc.record({
    nodes: fc.array(fc.record({ act: innerActs, child }), { minLength: 1, maxLength: 3 }),
    isParallel: fc.boolean(),
    checkpointer: fc.constantFrom(undefined, undefined, true, false),
    engine: fc.constantFrom('Cairn', 'LangGraph'),
    calls: fc.constantFrom(0, 0, 0, 1, 2),
    hasBreakpoint: sometimes(false, fc.constant(true), 8),
    leavesTo: fc.option(fc.nat({ max: mostNodes - 1 }), { nil: undefined }),
  })
}

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

const choice = fc.nat({ max: 63 })

const runOptions: fc.Arbitrary<RunOptions> = sometimes<RunOptions, RunOptions>(
  {},
  fc.oneof(
    fc.constantFrom('sync' as const, 'async' as const, 'exit' as const).map((durability) => ({ durability })),
    fc.constant({ interruptBefore: '*' as const }),
    fc.constant({ interruptAfter: '*' as const }),
  ),
  3,
)

function anyTurn(node: fc.Arbitrary<number>): fc.Arbitrary<Turn> {
  const editor: fc.Arbitrary<Editor> = fc.oneof(
    { weight: 3, arbitrary: node },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Editor>('anybody', '__start__', '__end__', '__input__', '__copy__'),
    },
  )
  const go = fc.record({
    kind: fc.constant('go' as const),
    choice,
    options: runOptions,
    isStreamed: sometimes(true, fc.constant(false), 3),
  })
  return fc.oneof(
    { weight: 6, arbitrary: go },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('travel' as const),
        to: choice,
        input: fc.constantFrom('null', 'null', 'input', 'command'),
        options: runOptions,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('edit' as const),
        at: sometimes(undefined, choice, 2),
        as: editor,
        isEmpty: sometimes(false, fc.constant(true), 4),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('edits' as const),
        supersteps: fc.array(fc.uniqueArray(node, { minLength: 1, maxLength: 2 }), {
          minLength: 1,
          maxLength: 3,
        }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('editInside' as const), choice }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('travelInside' as const), choice, options: runOptions }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('look' as const),
        at: choice,
        limit: fc.integer({ min: 1, max: 4 }),
      }),
    },
  )
}

interface Draft {
  readonly state: Program['state']
  readonly nodes: readonly NodeProgram[]
  readonly entries: readonly (readonly Link[])[]
  readonly back: readonly (readonly [from: number, to: number, rule: Rule])[]
  readonly failing: number | undefined
  readonly before: readonly number[]
  readonly after: readonly number[]
  readonly keeping: Keeping
  readonly turns: readonly Turn[]
}

/** Programs without what is known, and listed, to differ between the engines. */
export const arbitraryProgram: fc.Arbitrary<Program> = fc
  .integer({ min: 1, max: mostNodes })
  .chain((count) => {
    const node = fc.nat({ max: count - 1 })
    const rarely = sometimes<number[], number[]>([], fc.uniqueArray(node, { maxLength: 2 }), 6)
    const anyNode: fc.Arbitrary<NodeProgram> = fc.record({
      act: acts,
      writesLast: sometimes(false, fc.constant(true)),
      isDeferred: sometimes(false, fc.constant(true)),
      goTo: sometimes<number[], number[]>([], fc.uniqueArray(node, { maxLength: 2 })),
      child: sometimes(undefined, anyChild(2), 4),
    })
    const draft: fc.Arbitrary<Draft> = fc.record({
      state: sometimes<Program['state'], Program['state']>('folded', fc.constant('delta'), 4),
      nodes: fc.array(anyNode, { minLength: count, maxLength: count }),
      entries: fc.tuple(...Array.from({ length: count }, (_, index) => entryOf(index))),
      back: fc.array(fc.tuple(node, node, anyRule), { maxLength: 2 }),
      failing: sometimes(undefined, node, 3),
      before: rarely,
      after: rarely,
      keeping: fc.constantFrom<Keeping>("LangGraph's", "LangGraph's", "Cairn's", 'sqlite', 'in turns'),
      turns: fc.array(anyTurn(node), { minLength: 1, maxLength: 6 }),
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
  const mayGoTo = (to: number) => !joined.has(to) && to < draft.nodes.length
  let replacing = 0
  const rules: Rules = {
    // On resume, LangGraph runs an error handler again that had finished.
    mayHandle: draft.failing === undefined && !actsOf(draft).some(isQuestion) && !stops(draft),
    mayRetry: draft.failing === undefined,
    mayLeave: true,
    mayCache: draft.keeping !== 'in turns',
    mayReplace: () => replacing++ === 0,
    mayGoTo,
  }
  // Of a superstep that fails when it is applied, LangGraph stores a part with `exit`: nobody writes twice.
  const storesAtExit = draft.turns.some((turn) => 'options' in turn && turn.options.durability === 'exit')
  const writing = draft.nodes.findIndex(({ writesLast }) => writesLast)
  const nodes = draft.nodes.map((node, index): NodeProgram => {
    const isSentTo = sentTo.has(index)
    const calm = calmed(node, rules, isSentTo)
    const failing = draft.failing === index && !isSentTo ? withFailure(calm) : calm // one failure at a time
    return {
      ...node,
      ...failing,
      writesLast: node.writesLast && !(storesAtExit && (isSentTo || index !== writing)),
      isDeferred: node.isDeferred && !hasSends, // a deferred node while sends are on their way
      goTo: node.goTo.filter(mayGoTo),
    }
  })
  const calls = (act: Act) => act === 'calls' || act === 'taskAsks'
  // Of a node with a breakpoint after it, LangGraph does not run the tasks that it calls.
  const after = draft.after.filter((index) => !actsOf({ nodes: [nodes[index]!] }).some(calls))
  const steps = actsOf({ nodes }).some(calls) ? draft.turns.map(withoutBreakpointAfter) : draft.turns
  const turns = remembers({ nodes }) ? steps.map(forRemembering) : steps
  return {
    state: draft.state,
    nodes,
    links: [...links, ...back],
    before: draft.before,
    after,
    keeping: draft.keeping,
    turns: draft.state === 'delta' ? turns.map(withoutExit) : turns,
  }
}

/** With `exit`, LangGraph changes chunks after it has given them; delta-threads.test.ts has such runs. */
function withoutExit(turn: Turn): Turn {
  return 'options' in turn && turn.options.durability === 'exit' ? { ...turn, options: {} } : turn
}

function remembers({ nodes }: Pick<Program, 'nodes'>): boolean {
  return nodes.some((node) => childrenOf('', node).some(([, child]) => child.checkpointer === true))
}

/**
 * Chunks tell whether LangGraph has lost work of a graph that remembers: see losesWork. A run that goes on from the
 * past and stores at its end, LangGraph gives such a graph as it was before the parent of the checkpoint.
 */
function forRemembering(turn: Turn): Turn {
  if (turn.kind === 'go') return { ...turn, isStreamed: true }
  // New input gives up a call of such a graph that waits; LangGraph goes on with it.
  if (turn.kind === 'edit' && turn.as === '__input__') return { ...turn, as: 'anybody' }
  const isPast = turn.kind === 'travel' || turn.kind === 'travelInside'
  return isPast && turn.options.durability === 'exit' ? { ...turn, options: {} } : turn
}

function stops({ before, after, nodes, turns }: Draft): boolean {
  const isStopping = ({ child }: InnerNode): boolean =>
    child !== undefined && (child.hasBreakpoint || child.nodes.some(isStopping))
  const hasBreakpoint = (turn: Turn) =>
    'options' in turn &&
    (turn.options.interruptBefore !== undefined || turn.options.interruptAfter !== undefined)
  return before.length + after.length > 0 || nodes.some(isStopping) || turns.some(hasBreakpoint)
}

function withoutBreakpointAfter(turn: Turn): Turn {
  return 'options' in turn && turn.options.interruptAfter !== undefined ? { ...turn, options: {} } : turn
}

interface Rules {
  readonly mayHandle: boolean
  /** A second attempt comes after some milliseconds, when another task may have failed for good. */
  readonly mayRetry: boolean
  /** An engine does not find what the other one has cached. */
  readonly mayCache: boolean
  /**
   * A command for the graph around one that remembers does not reach it, and ends the run. Beside a question, what
   * settles last counts, which is a matter of microtasks, and so is who else is stopped by it.
   */
  readonly mayLeave: boolean
  /**
   * Two overwrites in one superstep are an error, which comes at the barrier: in a nested graph, who else has finished
   * by then is a matter of microtasks, and with `exit`, LangGraph stores a part.
   */
  readonly mayReplace: () => boolean
  readonly mayGoTo: (node: number) => boolean
}

function calmed({ act, child }: InnerNode, rules: Rules, isRepeated: boolean, depth = 0): InnerNode {
  const isTooMuch =
    (act === 'cached' && !rules.mayCache) ||
    (act === 'leaves' && !rules.mayLeave) ||
    (act === 'says' && isRepeated && depth > 0) || // which of several that say the same comes first?
    (act === 'replaces' && (isRepeated || !rules.mayReplace())) ||
    (act === 'handled' && (!rules.mayHandle || depth > 0)) ||
    (act === 'retried' && !rules.mayRetry)
  return {
    act: isTooMuch ? 'notes' : act,
    child: child && calmedChild(child, rules, isRepeated, depth),
  }
}

/**
 * Graphs that remember cannot run twice in one superstep, and questions of the same words cannot be told apart. A
 * replayed run takes up a graph that remembers at its newest checkpoint before the replayed one, by their ids; ids that
 * two engines made within one millisecond do not lie in the order of their making.
 */
function calmedChild(child: ChildProgram, rules: Rules, isRepeated: boolean, depth: number): ChildProgram {
  const { leavesTo } = child
  const isAsking = child.nodes.flatMap(actsOfNode).some(isQuestion)
  const mayLeave = rules.mayLeave && child.checkpointer !== true && !(child.isParallel && isAsking)
  const nodes = child.nodes
    .map((inner) => calmed(inner, { ...rules, mayLeave }, isRepeated || child.calls > 1, depth + 1))
    .map((inner) => (isRepeated && isQuestion(inner.act) ? { ...inner, act: 'notes' as const } : inner))
  return {
    ...child,
    nodes,
    hasBreakpoint: child.hasBreakpoint && !isAsking, // an answer that meets a breakpoint is kept with those after it
    ...(isRepeated && { checkpointer: child.checkpointer === true ? undefined : child.checkpointer }),
    ...(!isRepeated &&
      child.checkpointer === true && {
        engine: 'Cairn' as const,
        calls: child.calls === 0 ? (0 as const) : (1 as const), // losesWork does not tell one call from another
      }),
    leavesTo: depth === 0 && leavesTo !== undefined && rules.mayGoTo(leavesTo) ? leavesTo : undefined,
  }
}

/** The node, or the first of the graph within it, fails. */
function withFailure({ child }: InnerNode): InnerNode {
  if (child === undefined || child.isParallel) return { act: 'fails', child: undefined }
  const [first, ...rest] = child.nodes
  return { act: 'notes', child: { ...child, nodes: [withFailure(first!), ...rest] } }
}
