import type { Shape } from '../shape.ts'
import { branches } from './branches.ts'
import { calls } from './calls.ts'
import { conversation } from './conversation.ts'
import { deltas } from './deltas.ts'
import { fanOut } from './fan-out.ts'
import { large } from './large.ts'
import { loop } from './loop.ts'
import { nested } from './nested.ts'
import { nestedParallel } from './nested-parallel.ts'
import { parallelQuestions } from './parallel-questions.ts'
import { question } from './question.ts'
import { remembering } from './remembering.ts'

/** Short ones, which can be killed at each of their commits. */
export const shapes: readonly Shape[] = [
  loop,
  fanOut,
  nested,
  question,
  parallelQuestions,
  branches,
  calls,
  remembering,
  nestedParallel,
  deltas,
  conversation,
]

export const allShapes: readonly Shape[] = [...shapes, large]
