// The program that is killed: brings a thread to its end, from wherever it stands.
import { passPoint } from '@cairn/testing/crash'
import { drive } from './drive.ts'
import { type Setting, type ThreadFiles, openThread } from './open-thread.ts'

const [setting, files] = process.argv.slice(2).map((text) => JSON.parse(text) as unknown) as [
  Setting,
  ThreadFiles,
]
passPoint('opening')
const { graph, shape, config, notes, saver } = openThread(setting, files, passPoint)
await drive(graph, shape, config, notes)
saver.close()
