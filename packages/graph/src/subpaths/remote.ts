export * from '@langchain/langgraph/remote'
