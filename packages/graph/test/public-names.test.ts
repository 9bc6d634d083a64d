import * as langGraph from '@langchain/langgraph'
import * as langGraphPregel from '@langchain/langgraph/pregel'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as cairn from '../src/index.ts'
import * as cairnPregel from '../src/subpaths/pregel.ts'

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
        "HeadMovedError",
        "IncompatibleGraphError",
        "LeaseLostError",
        "RecursionLimitError",
        "RunSupersededError",
        "StaleResumeError",
        "ThreadBusyError",
        "UnknownKeyError",
        "UnknownNodeError",
        "adopt",
        "node",
        "planOf",
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

test('each entry beside the root has the names that LangGraph has there, and replaces only what runs graphs', async () => {
  const entries = {
    channels: [await import('@langchain/langgraph/channels'), await import('../src/subpaths/channels.ts')],
    pregel: [langGraphPregel, cairnPregel],
    prebuilt: [await import('@langchain/langgraph/prebuilt'), await import('../src/subpaths/prebuilt.ts')],
    remote: [await import('@langchain/langgraph/remote'), await import('../src/subpaths/remote.ts')],
    stream: [await import('@langchain/langgraph/stream'), await import('../src/subpaths/stream.ts')],
    zod: [await import('@langchain/langgraph/zod'), await import('../src/subpaths/zod.ts')],
    'zod/schema': [
      await import('@langchain/langgraph/zod/schema'),
      await import('../src/subpaths/zod-schema.ts'),
    ],
  } as unknown as Record<string, [Record<string, unknown>, Record<string, unknown>]>
  const differing = Object.entries(entries).map(([entry, [there, here]]) => [
    entry,
    {
      missing: Object.keys(there).filter((name) => !(name in here)),
      own: Object.keys(here).filter((name) => !(name in there)),
      replaced: Object.keys(here).filter((name) => name in there && here[name] !== there[name]),
    },
  ])
  expect(Object.fromEntries(differing)).toMatchInlineSnapshot(`
    {
      "channels": {
        "missing": [],
        "own": [],
        "replaced": [],
      },
      "prebuilt": {
        "missing": [],
        "own": [],
        "replaced": [
          "createReactAgent",
          "createFunctionCallingExecutor",
          "createAgentExecutor",
        ],
      },
      "pregel": {
        "missing": [],
        "own": [],
        "replaced": [
          "Pregel",
        ],
      },
      "remote": {
        "missing": [],
        "own": [],
        "replaced": [],
      },
      "stream": {
        "missing": [],
        "own": [],
        "replaced": [],
      },
      "zod": {
        "missing": [],
        "own": [],
        "replaced": [],
      },
      "zod/schema": {
        "missing": [],
        "own": [],
        "replaced": [],
      },
    }
  `)
})

test('the entry for browsers has what the root has', async () => {
  const web = (await import('../src/subpaths/web.ts')) as unknown as Record<string, unknown>
  const theirWeb = await import('@langchain/langgraph/web')
  expect(Object.keys(theirWeb).filter((name) => !(name in web))).toEqual([])
  expect(Object.keys(web).toSorted()).toEqual(Object.keys(ours).toSorted())
})

test("LangGraph has no entry that Cairn's package does not have", () => {
  const entriesOf = (manifest: { exports: object }) =>
    Object.keys(manifest.exports).filter((entry) => entry !== './package.json')
  const own = readManifest(new URL('../package.json', import.meta.url))
  const their = readManifest(new URL('../package.json', import.meta.resolve('@langchain/langgraph')))
  expect(entriesOf(their).filter((entry) => !entriesOf(own).includes(entry))).toEqual([])
})

test('what is not for programs is not exported', () => {
  const internal = Object.keys(ours).filter((name) =>
    /^CONFIG_KEY_|hash|ensureLangGraphConfig|^Branch$|Loop|Runner/.test(name),
  )
  expect(internal).toEqual([])
})

test('whatever either package has made is an instance of the classes of both', () => {
  const builder = () =>
    new cairn.StateGraph(cairn.MessagesAnnotation).addNode('a', () => ({})).addEdge('__start__', 'a')
  const theirBuilder = new langGraph.StateGraph(langGraph.MessagesAnnotation)
  const flow = cairn.entrypoint('flow', async () => 1)
  const instances: readonly (readonly [object, Function])[] = [
    [builder(), cairn.Graph],
    [theirBuilder, cairn.Graph],
    [new cairn.MessageGraph(), cairn.MessageGraph],
    [new cairn.MessageGraph(), cairn.StateGraph],
    [builder().compile(), cairn.CompiledStateGraph],
    [builder().compile(), cairnPregel.Pregel],
    [builder().compile(), langGraphPregel.Pregel],
    [flow, cairnPregel.Pregel],
    [flow, langGraphPregel.Pregel],
    [langGraph.entrypoint('flow', async () => 1), cairnPregel.Pregel],
  ]
  for (const [instance, Class] of instances) expect(instance).toBeInstanceOf(Class)
  expect(theirBuilder).not.toBeInstanceOf(cairn.MessageGraph)
  expect({}).not.toBeInstanceOf(cairnPregel.Pregel)
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

function readManifest(url: URL): { exports: object } {
  return JSON.parse(readFileSync(url, 'utf8')) as { exports: object }
}
