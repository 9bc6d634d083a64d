// `npm test`: sets up, then runs all tests. Arguments go to vitest: npm test -- packages/engine
import './setup.mjs'
import { runTool } from './run.mjs'

runTool('vitest', 'run', ...process.argv.slice(2))
