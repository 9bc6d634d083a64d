import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

test('public names', async () => {
  expect(Object.keys(await import('../src/index.ts')).toSorted()).toMatchInlineSnapshot(`
    [
      "AmbiguousResumeError",
      "Attempt",
      "CONTROL_POSITION",
      "EMPTY",
      "ERROR",
      "ERROR_SOURCE_NODE",
      "EngineError",
      "HeadMovedError",
      "HeldThread",
      "INPUT",
      "INTERRUPT",
      "IncompatibleGraphError",
      "InvalidPlanError",
      "InvalidUpdateError",
      "LeaseLostError",
      "LostTaskError",
      "NO_WRITES",
      "NULL_TASK_ID",
      "NothingToRunError",
      "RESUME",
      "RETURN",
      "Run",
      "RunSupersededError",
      "SCHEDULED",
      "SENDS",
      "START",
      "StaleResumeError",
      "StepLimitError",
      "Task",
      "TaskEndedError",
      "TaskTimeoutError",
      "ThreadBusyError",
      "UNCHANGED",
      "UnknownNodeError",
      "UnknownParentError",
      "UnstorableValueError",
      "VERSION_KEY",
      "advance",
      "anyValue",
      "atHead",
      "backoffMs",
      "barrier",
      "bringUp",
      "compareCodePoints",
      "createPlan",
      "deferredValue",
      "describeLoss",
      "dueTasks",
      "emptyState",
      "ephemeral",
      "formerNames",
      "holdThread",
      "incompatibilities",
      "incompatible",
      "isEdit",
      "isSameShape",
      "isTaskOutput",
      "lastValue",
      "migratedCheckpoint",
      "migrationPath",
      "nestedIncompatibilities",
      "nestedPlans",
      "openQuestions",
      "presentTaskIds",
      "readChannel",
      "readChannels",
      "readShape",
      "reducer",
      "restoreState",
      "shapeOf",
      "suggestedMigration",
      "systemClock",
      "systemIds",
      "topic",
      "turnWhenDue",
      "untracked",
      "updateChannel",
      "uuid5",
      "versionOf",
    ]
  `)
})

test('the sources import their own files, and of the platform what is listed here', () => {
  const root = join(import.meta.dirname, '../src')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const outside = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)]
      .map(([, specifier]) => specifier!)
      .filter((specifier) => !isOwn(join(root, file, '..', specifier), specifier))
      .map((specifier) => `${file}: ${specifier}`),
  )
  expect(outside.toSorted()).toMatchInlineSnapshot(`
    [
      "ids.ts: node:crypto",
      "memory-store.ts: node:util",
      "run-start.ts: node:util",
      "transfer/export-threads.ts: node:crypto",
      "transfer/thread-import.ts: node:crypto",
      "versions/plan-shape.ts: node:crypto",
    ]
  `)

  function isOwn(path: string, specifier: string): boolean {
    return specifier.startsWith('.') && !relative(root, path).startsWith('..')
  }
})
