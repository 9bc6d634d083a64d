// Where LangGraph leaves out what needs Node, so that it runs in browsers, Cairn has everything: it needs Node.
export * from '../index.ts'
