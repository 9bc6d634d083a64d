export * from '@langchain/langgraph/stream'
