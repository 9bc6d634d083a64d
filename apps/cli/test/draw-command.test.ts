import { afterAll, expect, test } from 'vitest'
import { Workplace } from './run-cairn.ts'

const workplace = new Workplace()
afterAll(() => workplace[Symbol.dispose]())

test('a graph is drawn in the terminal', async () => {
  const { exitCode, stdout, stderr } = await workplace.run('graph fixtures/loop.ts')
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(`\n${stdout}`).toMatchInlineSnapshot(`
    "
    ╭───────────╮
    │ __start__ │
    ╰─────┬─────╯
          │
          ▼
      ┌───────┐
      │ work  │
      └──┬────┘
         │ ▲
         ▼ ┆ again
      ┌────┴──┐
      │ check │
      └───┬───┘
          ┆
          ▼ enough
     ╭─────────╮
     │ __end__ │
     ╰─────────╯
    "
  `)
})

test('plain characters, and the node before which the graph pauses', async () => {
  const { stdout } = await workplace.run('graph fixtures/breakpoint.ts --ascii')
  expect(`\n${stdout}`).toMatchInlineSnapshot(`
    "
      +-----------+
      | __start__ |
      +-----+-----+
            |
            v
        +-------+
        | write |
        +---+---+
            |
            v
    +---------------+
    |     send      |
    | pauses before |
    +-------+-------+
            |
            v
       +---------+
       | __end__ |
       +---------+
    "
  `)
})

test('Mermaid text is what LangGraph gives', async () => {
  const { stdout } = await workplace.run('graph fixtures/loop.ts#default --mermaid')
  expect(stdout).toMatchInlineSnapshot(`
    "%%{init: {'flowchart': {'curve': 'linear'}}}%%
    graph TD;
    	__start__([<p>__start__</p>]):::first
    	work(work)
    	check(check)
    	__end__([<p>__end__</p>]):::last
    	__start__ --> work;
    	work --> check;
    	check -. &nbsp;again&nbsp; .-> work;
    	check -. &nbsp;enough&nbsp; .-> __end__;
    	classDef default fill:#f2f0ff,line-height:1.2;
    	classDef first fill-opacity:0;
    	classDef last fill:#bfb6fc;
    "
  `)
})

test('the graph as JSON', async () => {
  const { stdout } = await workplace.run('graph fixtures/loop.ts --json')
  expect(JSON.parse(stdout)).toMatchObject({
    nodes: ['__start__', 'work', 'check', '__end__'],
    edges: [
      { source: '__start__', target: 'work', conditional: false },
      { source: 'work', target: 'check', conditional: false },
      { source: 'check', target: 'work', conditional: true, label: 'again' },
      { source: 'check', target: '__end__', conditional: true, label: 'enough' },
    ],
  })
})
