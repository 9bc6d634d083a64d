export * from '@langchain/langgraph/zod/schema'
