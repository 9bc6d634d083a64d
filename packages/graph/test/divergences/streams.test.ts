import { Annotation, START } from '@langchain/langgraph'
import { describe, expect, test } from 'vitest'
import { Cairn, LangGraph, type Builder } from './both-engines.ts'

const greeting = (StateGraph: Builder) =>
  new StateGraph(Annotation.Root({ text: Annotation<string> }))
    .addNode('greet', async () => ({ text: 'hello' }))
    .addEdge(START, 'greet')
    .compile()

/** The chunks of the graph among its events, as a browser gets them. */
async function chunksForBrowsers(StateGraph: Builder): Promise<unknown[]> {
  const events = greeting(StateGraph).streamEvents({}, { version: 'v2', encoding: 'text/event-stream' })
  const decoder = new TextDecoder()
  const chunks: unknown[] = []
  for await (const bytes of events as AsyncIterable<unknown>) {
    const data = /^event: data\ndata: (.*)\n\n$/.exec(decoder.decode(bytes as Uint8Array))?.[1]
    if (data === undefined) continue
    const event = JSON.parse(data) as { event: string; data: { chunk?: unknown } }
    if (event.event === 'on_chain_stream') chunks.push(event.data.chunk)
  }
  return chunks
}

describe('chunks among events for browsers', () => {
  test('LangGraph encodes them twice, fails at it, and sends the bytes of the failure', async () => {
    const chunks = (await chunksForBrowsers(LangGraph)) as Record<string, number>[]
    const texts = chunks.map((chunk) => new TextDecoder().decode(Uint8Array.from(Object.values(chunk))))
    expect(texts).toEqual([expect.stringMatching(/^event: error\n.*not iterable/)])
  })

  test('Cairn sends the chunks', async () => {
    expect(await chunksForBrowsers(Cairn)).toEqual([{ greet: { text: 'hello' } }])
  })
})
