import * as langGraph from '@langchain/langgraph'
import { expect, test } from 'vitest'
import * as cairn from '../src/index.ts'

const theirs = langGraph as unknown as Record<string, unknown>
const ours = cairn as unknown as Record<string, unknown>

test('every name of LangGraph is there', () => {
  expect(Object.keys(theirs).filter((name) => !(name in ours))).toEqual([])
})

test('names of its own, and names of LangGraph that mean something else here', () => {
  const own = Object.keys(ours).filter((name) => !(name in theirs))
  const replaced = Object.keys(ours).filter((name) => name in theirs && ours[name] !== theirs[name])
  expect({ own: own.toSorted(), replaced: replaced.toSorted() }).toMatchInlineSnapshot(`
    {
      "own": [
        "AmbiguousResumeError",
        "CannotAdoptError",
        "RecursionLimitError",
        "StaleResumeError",
        "UnknownKeyError",
        "UnknownNodeError",
        "adopt",
        "node",
      ],
      "replaced": [
        "Graph",
        "MemorySaver",
        "MessageGraph",
        "StateGraph",
        "entrypoint",
      ],
    }
  `)
})

test('what stands for a class of LangGraph is one of its kind', () => {
  const kinds = [
    [cairn.StateGraph, langGraph.StateGraph],
    [cairn.MemorySaver, langGraph.BaseCheckpointSaver],
    [cairn.UnknownNodeError, langGraph.InvalidUpdateError],
    [cairn.UnknownKeyError, langGraph.InvalidUpdateError],
    [cairn.RecursionLimitError, langGraph.GraphRecursionError],
  ] as unknown as (new () => unknown)[][]
  for (const [own, theirOwn] of kinds) expect(own!.prototype).toBeInstanceOf(theirOwn!)
})
