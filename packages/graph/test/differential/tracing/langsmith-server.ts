// Stands in for LangSmith: takes what its client sends, and puts the runs of each program together.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A run as the client sends it, in one piece or as a beginning and an end. */
export interface SentRun {
  readonly id: string
  readonly parent_run_id?: string | null
  readonly [field: string]: unknown
}

export class LangSmithServer implements AsyncDisposable {
  /** Program → its runs. */
  readonly programs = new Map<string, Map<string, SentRun>>()
  readonly #server: Server
  /** Where runs go until the next program says its name. */
  #present = new Map<string, SentRun>()

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then((answer) => {
        response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(answer ?? {}))
      })
    })
  }

  static async listen(): Promise<LangSmithServer> {
    const server = new LangSmithServer()
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve)
    })
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const body = await textOf(request)
    switch (`${request.method} ${request.url}`) {
      case 'GET /info':
        return { version: '0', batch_ingest_config: { use_multipart_endpoint: false } }
      case 'POST /program':
        this.programs.set(body, (this.#present = new Map()))
        return {}
      case 'POST /runs/batch': {
        const { post = [], patch = [] } = JSON.parse(body) as { post?: SentRun[]; patch?: SentRun[] }
        for (const run of [...post, ...patch]) this.#take(run)
        return {}
      }
      default:
        return undefined
    }
  }

  #take(run: SentRun): void {
    const said = Object.entries(run).filter(([, value]) => value !== undefined && value !== null)
    this.#present.set(run.id, { ...this.#present.get(run.id), ...Object.fromEntries(said) } as SentRun)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
