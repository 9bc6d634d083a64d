// The tour: one piece of research that is killed, resumed, approved, looked back on and forked. Each act ends in checks.
import { parseArgs } from 'node:util'
import { chooseAuthor } from './authors/choose-author.ts'
import { ruleAuthor } from './authors/rule-author.ts'
import { type Standing, researchOf, standingOf } from './run-thread.ts'
import { approveDraft } from './tour/acts/approve.ts'
import { fork } from './tour/acts/fork.ts'
import { killInTheMiddle } from './tour/acts/kill.ts'
import { resume } from './tour/acts/resume.ts'
import { showHistory } from './tour/acts/show-history.ts'
import { showReport } from './tour/acts/show-report.ts'
import { CheckFailedError, checksOn } from './tour/check.ts'
import { Screen } from './tour/screen.ts'
import { type Stage, withThread } from './tour/stage.ts'
import { openWorkspace } from './tour/workspace.ts'

const defaultQuestion = 'How did presidents speak of railroads?'
const usage = `Usage: npm start -- ["your question"] [--pause]
  The question is put to the State of the Union addresses; by default “${defaultQuestion}”
  --pause  waits for Enter before each act`

/** 0 says that every act was shown and checked. */
const exitCodes = { checked: 0, failed: 1, wrongUsage: 2, nothingFound: 3 } as const

async function tour(question: string, pause: boolean): Promise<number> {
  const began = performance.now()
  const workspace = openWorkspace(question)
  const screen = new Screen({ output: process.stdout, ...(pause ? { pausesOn: process.stdin } : {}) })
  const checks = checksOn(screen)
  const stage: Stage = { question, workspace, screen, check: checks.check }
  introduce(stage)

  await screen.act('Killed in the middle')
  const wreck = await killInTheMiddle(stage)
  if (!wreck) return nothingFound(stage, await withThread(workspace, standingOf), 1)

  await screen.act('Resumed from the file')
  const standing = await resume(stage, wreck)
  if (standing.kind !== 'waiting') return nothingFound(stage, standing, 2)

  await screen.act('A human is asked')
  const first = await approveDraft(stage, standing.request)

  await screen.act('The report')
  showReport(stage, first)

  await screen.act('What happened')
  const history = await showHistory(stage, 3)

  await screen.act('What if?')
  await fork(stage, first, history)

  screen.end(
    `All ${checks.count()} checks held, in ${Math.round((performance.now() - began) / 1000)} seconds.`,
  )
  sayWhatNext(stage)
  return exitCodes.checked
}

function introduce({ question, screen, workspace }: Stage): void {
  const author = chooseAuthor(process.env)
  const because =
    author === ruleAuthor ? ' (a model would, if OPENAI_API_KEY or OPENAI_BASE_URL were set)' : ''
  screen.title(`Cairn: research in 230 years of State of the Union addresses`)
  screen.say(`“${question}”`)
  screen.say(`Planned, written and reviewed by: ${author.name}${because}.`)
  screen.say(`Everything is kept in ${workspace.directory}.`)
}

/** A question about nothing in the addresses: the searches were made and recorded, and there is nothing to approve. */
async function nothingFound(stage: Stage, standing: Standing, processes: number): Promise<number> {
  const { outcome, reportPath } = researchOf(standing)
  stage.check('The research says so itself.', outcome, 'nothing found')
  await stage.screen.act('What happened')
  await showHistory(stage, processes)
  stage.screen.end('Nothing was found, so there was no draft to approve, to check and to fork.')
  stage.screen.say(`The report says why: ${reportPath}`)
  sayWhatNext(stage)
  return exitCodes.nothingFound
}

function sayWhatNext({ screen, workspace }: Stage): void {
  const thread = `--thread ${workspace.thread} --db ${workspace.database}`
  screen.say('Next:')
  screen.command('npm start -- "What was said about slavery?"', 'another question')
  screen.command('npm start -- --pause', 'one act at a time')
  screen.command(`node scripts/cairn.mjs history ${thread}`, 'the thread’s history as a tree, both lines')
  screen.say('The graph is in apps/examples/src/research/graph.ts, its nodes are in nodes/ beside it.')
}

function readArguments(): { readonly question: string; readonly pause: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { pause: { type: 'boolean' } },
      allowPositionals: true,
    })
    const [question = defaultQuestion, ...more] = positionals
    if (more.length > 0)
      throw new Error(`Only one question, please; put it in quotes. There is also: ${more.join(' ')}`)
    return { question, pause: values.pause === true }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return undefined
  }
}

// Whoever reads this has read enough: `npm start | head`.
process.stdout.on('error', () => process.exit(exitCodes.failed))

const given = readArguments()
try {
  process.exitCode = given ? await tour(given.question, given.pause) : exitCodes.wrongUsage
} catch (error) {
  console.error(error instanceof CheckFailedError ? error.message : error)
  process.exitCode = exitCodes.failed
}
