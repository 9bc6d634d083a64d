// `npm test`: sets up, then runs all tests. Arguments go to vitest: npm test -- packages/engine
import { runTool } from './run.mjs'
import { setUp } from './setup.mjs'

setUp()
runTool('vitest', 'run', ...process.argv.slice(2))
