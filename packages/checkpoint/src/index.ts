export { SHAPE, shapeIn, withShape } from './checkpoint-record.ts'
export { createLangchainCodec, type LangchainCodecOptions } from './create-langchain-codec.ts'
export { type FieldsConstructor } from './langchain-classes.ts'
export { langchainExtension } from './langchain-extension.ts'
export {
  langgraphExtension,
  type StoredCommand,
  type StoredOverwrite,
  type StoredSend,
} from './langgraph-extension.ts'
export { InvalidSaverConfigError } from './saver-config.ts'
export { STORE, StoreSaver } from './store-saver.ts'
export {
  storedTasks,
  taskPaths,
  threadStatus,
  type CheckpointWithTasks,
  type StoredQuestion,
  type StoredTask,
  type StoredTaskState,
  type ThreadStatus,
} from './stored-tasks.ts'
