export * from '@langchain/langgraph/channels'
