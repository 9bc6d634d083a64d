export {
  Annotation,
  Command,
  END,
  interrupt,
  MemorySaver,
  Overwrite,
  Send,
  START,
  StateGraph,
} from '@langchain/langgraph'
