import { once } from 'node:events'
import { type IncomingMessage, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { z } from 'zod'

const requestSchema = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })),
})

/** What the program asked of the model: the form of the answer it wants, and the messages. */
export interface ModelRequest {
  readonly model: string
  readonly wanted: string
  readonly text: string
}

/** The model's next answer: arguments of the tool it was told to call, plain words, a refusal, or a failure. */
export type ModelAnswer =
  | { readonly kind: 'call'; readonly value: unknown }
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'refusal'; readonly text: string }
  | { readonly kind: 'failure'; readonly status: number }

/** A server that speaks as much of OpenAI's chat completions as a structured answer needs. Closed when the test is over. */
export async function scriptedServer(script: (request: ModelRequest) => ModelAnswer) {
  const requests: ModelRequest[] = []
  const server = createServer((incoming, response) => {
    void readRequest(incoming).then((request) => {
      requests.push(request)
      const answer = script(request)
      const status = answer.kind === 'failure' ? answer.status : 200
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify(
          answer.kind === 'failure' ? { error: { message: 'scripted' } } : completion(request, answer),
        ),
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return { requests, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }
}

async function readRequest(incoming: IncomingMessage): Promise<ModelRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const { model, messages, tools } = requestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()))
  return {
    model,
    wanted: tools[0]?.function.name ?? '',
    text: messages.map(({ content }) => content).join('\n'),
  }
}

function completion({ model, wanted }: ModelRequest, answer: Exclude<ModelAnswer, { kind: 'failure' }>) {
  return {
    id: 'scripted',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', ...messageOf(wanted, answer) } },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
}

function messageOf(wanted: string, answer: Exclude<ModelAnswer, { kind: 'failure' }>) {
  switch (answer.kind) {
    case 'call': {
      const call = { name: wanted, arguments: JSON.stringify(answer.value) }
      return { content: null, tool_calls: [{ id: 'call_1', type: 'function', function: call }] }
    }
    case 'words':
      return { content: answer.text }
    case 'refusal':
      return { content: null, refusal: answer.text }
  }
}
