// `npm start`: sets up, then shows the main job. Arguments go to it: npm start -- "your question" --pause
import { runSource } from './run.mjs'
import { setUp } from './setup.mjs'

setUp()
runSource('apps/examples/src/research/tour.ts', ...process.argv.slice(2))
