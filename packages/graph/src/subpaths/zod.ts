export * from '@langchain/langgraph/zod'
