import { draw, type DrawnEdge, type DrawnNode } from '../drawing/draw.ts'
import { displayWidth } from '../drawing/text-width.ts'
import { ExitCode } from '../exit-code.ts'
import { loadGraph, type CompiledGraph, type DrawableGraph } from '../load-graph.ts'
import type { Context } from './context.ts'

export interface GraphOptions {
  readonly mermaid?: boolean
  readonly ascii?: boolean
  /** Draws the graphs inside nodes too. */
  readonly xray?: boolean
}

/** Draws a graph in the terminal, or as Mermaid text. */
export async function showGraph(file: string, options: GraphOptions, { output }: Context): Promise<ExitCode> {
  const graph = (await loadGraph(file, process.cwd())).attach(undefined)
  const drawable = await graph.getGraphAsync({ xray: options.xray ?? false })
  const mermaid = drawable.drawMermaid()
  if (output.isJson) output.document({ ...describe(drawable), mermaid })
  else if (options.mermaid === true) output.lines([mermaid.trimEnd()])
  else {
    const lines = await drawGraph(graph, options)
    const width = Math.max(...lines.map(displayWidth))
    output.lines(lines)
    if (output.stdout.isTerminal && width > output.stdout.width) {
      output.notes([
        `The drawing is ${width} columns wide, this terminal ${output.stdout.width}. To scroll: pipe it to less -S`,
      ])
    }
  }
  return ExitCode.finished
}

async function drawGraph(graph: CompiledGraph, options: GraphOptions): Promise<string[]> {
  const subgraphs = new Map<string, CompiledGraph>()
  for await (const [name, inner] of graph.getSubgraphsAsync?.() ?? [])
    subgraphs.set(name, inner as CompiledGraph)
  const drawable = await graph.getGraphAsync()
  const nodes: DrawnNode[] = []
  for (const [id, { metadata }] of Object.entries(drawable.nodes)) {
    const name = unescaped(id)
    const inner = subgraphs.get(name)
    const breakpoint = metadata?.['__interrupt']
    const content = [
      ...(typeof breakpoint === 'string' ? [`pauses ${breakpoint.replace(',', ' and ')}`] : []),
      ...(inner !== undefined && options.xray === true ? await drawGraph(inner, options) : []),
    ]
    nodes.push({
      id: name,
      shape: name === '__start__' || name === '__end__' ? 'end' : inner === undefined ? 'node' : 'subgraph',
      ...(content.length > 0 && { content }),
    })
  }
  return draw(nodes, drawable.edges.map(asDrawn), { isAscii: options.ascii ?? false })
}

function asDrawn({ source, target, data, conditional }: DrawableGraph['edges'][number]): DrawnEdge {
  return {
    source: unescaped(source),
    target: unescaped(target),
    isConditional: conditional ?? false,
    ...(data !== undefined && { label: data }),
  }
}

/** Names that mean something to Mermaid come in quotes. */
function unescaped(id: string): string {
  return id.replace(/^"(.*)"$/s, '$1')
}

function describe({ nodes, edges }: DrawableGraph): object {
  return {
    nodes: Object.keys(nodes),
    edges: edges.map(({ source, target, data, conditional }) => ({
      source,
      target,
      conditional: conditional ?? false,
      ...(data !== undefined && { label: data }),
    })),
  }
}
