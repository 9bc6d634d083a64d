export { InvalidExportError, ThreadExistsError } from './errors.ts'
export { exportThreads, type ExportOptions, type ThreadLabels } from './export-threads.ts'
export {
  importThreads,
  type ConflictPolicy,
  type ImportedThread,
  type ImportOptions,
} from './import-threads.ts'
export { type TextChunks } from './lines-in.ts'
