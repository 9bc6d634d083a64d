#!/usr/bin/env node
import { standardStream } from './output.ts'
import { runProgram } from './program.ts'

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const exitCode = await runProgram(process.argv.slice(2), {
  stdout: standardStream(process.stdout),
  stderr: standardStream(process.stderr),
  environment: process.env,
})

// Graphs may leave timers and connections open; what was written may still be on its way into a pipe.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
