import type { MatchCondition, Operation } from '@langchain/langgraph-checkpoint'
import * as fc from 'fast-check'

const label = fc.constantFrom('a', 'b', 'ab', 'B', 'é', 'langgraph', '*', 'a b', '日本', '😀', '%', '_')
const namespace = fc.oneof(
  // Few enough to meet again.
  {
    weight: 3,
    arbitrary: fc.constantFrom(['a'], ['a', 'b'], ['ab'], ['b', 'a']).map((labels) => [...labels]),
  },
  { weight: 1, arbitrary: fc.array(label, { minLength: 1, maxLength: 3 }) },
)
const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('k', 'l') },
  { weight: 1, arbitrary: fc.constantFrom('K', '', 'constructor', '__proto__', 'a.b', 'é', '\0') },
)

/** What a field may hold that `===` finds again in another copy. */
const primitive = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(0.1, 0.30000000000000004, -0, NaN, Infinity, -Infinity, 1e21, 2 ** 53 + 2, 5e-324, 1.5),
  fc.constantFrom(
    'red',
    'blue',
    '',
    '2',
    ' 2 ',
    '0x1',
    'null',
    'true',
    'é',
    '"',
    '\\',
    '\0',
    '\u2028',
    '\ud800',
  ),
  fc.constantFrom(null, true, false),
)
const field = fc.oneof(
  { weight: 4, arbitrary: primitive },
  { weight: 1, arbitrary: fc.constantFrom<unknown>([], [2], {}, { $gt: 1 }, new Date(2), 2n, undefined) },
)
const fieldName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('x', 'y') },
  { weight: 1, arbitrary: fc.constantFrom('a-b', 'length', 'a.b', '$x', '0') },
)

const text = fc.constantFrom('north', 'thorn', 'south', 'east', 'west', '', 'eats', '12')
const value = fc
  .tuple(
    fc.dictionary(fieldName, field, { maxKeys: 3, noNullPrototype: true }),
    fc.record({ text, tags: fc.array(text, { maxLength: 3 }) }, { requiredKeys: [], noNullPrototype: true }),
  )
  .map(([fields, texts]) => ({ ...fields, ...texts }))

const operand = fc.oneof(primitive, fc.constantFrom<unknown>(new Date(2), [2], undefined, 2n))
const comparison = fc.oneof(
  fc.record({ $eq: primitive }),
  fc.record({ $ne: primitive }),
  fc.record({ $gt: operand }),
  fc.record({ $gte: operand, $lt: operand }),
  fc.record({ $lte: operand }),
  fc.record({ $in: fc.array(primitive, { maxLength: 3 }) }),
  fc.record({ $nin: fc.array(primitive, { maxLength: 3 }) }),
  fc.constant({}),
)
const filter = fc.dictionary(fieldName, fc.oneof(primitive, fc.constant(undefined), comparison), {
  maxKeys: 2,
  noNullPrototype: true,
})

const offset = fc.integer({ min: 0, max: 4 })
const limit = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(Infinity))

const path = fc.oneof(
  fc.constantFrom([], ['a'], ['b']).map((labels) => [...labels]),
  fc.array(label, { maxLength: 2 }),
)
const condition: fc.Arbitrary<MatchCondition> = fc.record({
  matchType: fc.constantFrom('prefix', 'suffix'),
  path,
})

const paths = fc.array(
  fc.constantFrom('$', '', 'text', 'tags', 'tags[*]', 'tags[0]', 'tags[-1]', 'tags[7]', '*', '{text,x}', 'x'),
  { maxLength: 3 },
)

/** No `bigint` where a model is given the whole value: LangGraph cannot turn one into text. */
function put(
  fields: fc.Arbitrary<false | string[] | undefined>,
  isEmbedded: boolean,
): fc.Arbitrary<Operation> {
  const kept = isEmbedded ? value.filter((fieldsOf) => !Object.values<unknown>(fieldsOf).includes(2n)) : value
  return fc
    .record({ namespace, key, value: kept, index: fields })
    .map(({ index, ...operation }) => (index === undefined ? operation : { ...operation, index }))
}

const reads: readonly fc.WeightedArbitrary<Operation>[] = [
  { weight: 2, arbitrary: fc.record({ namespace, key }) },
  {
    weight: 2,
    arbitrary: fc.record({
      matchConditions: fc.array(condition, { maxLength: 2 }),
      maxDepth: fc.integer({ min: 1, max: 3 }),
      limit,
      offset,
    }),
  },
]

function search(query: fc.Arbitrary<string>): fc.Arbitrary<Operation> {
  return fc.record(
    { namespacePrefix: path, filter, limit, offset, query },
    { requiredKeys: ['namespacePrefix'] },
  )
}

const remove = fc.record({ namespace, key, value: fc.constant(null) })

/** Any operation on a store without a model. */
export const plainOperation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: put(fc.constant(undefined), false) },
  { weight: 2, arbitrary: remove },
  { weight: 4, arbitrary: search(text) },
  ...reads,
)

/** Any operation on a store that embeds. */
export const indexedOperation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: put(fc.oneof(paths, fc.constant(undefined), fc.constant<false>(false)), true) },
  { weight: 1, arbitrary: remove },
  { weight: 6, arbitrary: search(text) },
  ...reads,
)
