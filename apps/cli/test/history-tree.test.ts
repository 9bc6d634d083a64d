import { expect, test } from 'vitest'
import { treeMarks } from '../src/history-tree.ts'
import { view } from './view.ts'

/** `child parent` per line, newest first. */
function tree(text: string): string {
  const views = text
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', parentId] = line.trim().split(' ')
      return view({ id, parentId })
    })
  return `\n${treeMarks(views)
    .map((marks, index) => `${marks.padEnd(8)}${views[index]!.id}`.trimEnd())
    .join('\n')}\n`
}

test('a thread without forks has no marks', () => {
  expect(
    tree(`
      c b
      b a
      a`),
  ).toMatchInlineSnapshot(`
    "
            c
            b
            a
    "
  `)
})

test('two branches meet where they part', () => {
  expect(
    tree(`
      e d
      c b
      d b
      b a
      a`),
  ).toMatchInlineSnapshot(`
    "
    ●       e
    │ ●     c
    ● │     d
    ●─╯     b
    ●       a
    "
  `)
})

test('three branches of one checkpoint meet in one line', () => {
  expect(
    tree(`
      d a
      c a
      b a
      a`),
  ).toMatchInlineSnapshot(`
    "
    ●       d
    │ ●     c
    │ │ ●   b
    ●─┴─╯   a
    "
  `)
})

test('a branch passes another one that ends before it', () => {
  expect(
    tree(`
      f b
      e a
      d c
      c a
      b a
      a`),
  ).toMatchInlineSnapshot(`
    "
    ●       f
    │ ●     e
    │ │ ●   d
    │ │ ●   c
    ● │ │   b
    ●─┴─╯   a
    "
  `)
})

test('a lane is used again when its branch has ended', () => {
  expect(
    tree(`
      f e
      d b
      e c
      c b
      b a
      x a
      a`),
  ).toMatchInlineSnapshot(`
    "
    ●       f
    │ ●     d
    ● │     e
    ● │     c
    ●─╯     b
    │ ●     x
    ●─╯     a
    "
  `)
})

test('a checkpoint whose parent is not listed begins a line of its own', () => {
  expect(
    tree(`
      c b
      b
      a`),
  ).toMatchInlineSnapshot(`
    "
    ●       c
    ●       b
    ●       a
    "
  `)
})
