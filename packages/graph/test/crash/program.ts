// The program that is killed: does a job with a thread.
import { passPoint } from '@cairn/testing/crash'
import { type Job, perform } from './job.ts'
import { type Setting, type ThreadFiles, openThread } from './open-thread.ts'

const [setting, files, job] = process.argv.slice(2).map((text) => JSON.parse(text) as unknown) as [
  Setting,
  ThreadFiles,
  Job,
]
passPoint('opening')
const thread = openThread(setting, files, passPoint)
await perform(job, thread)
thread.saver.close()
