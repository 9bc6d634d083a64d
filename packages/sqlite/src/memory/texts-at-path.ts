// The texts of a value that are embedded, found by the path syntax of LangGraph's InMemoryStore:
//   `$` the whole value; `a.b` a field of a field; `a[0]`, `a[-1]` an element; `a[*]` each element;
//   `a.*` each element or field; `a.{b,c.d}` several fields.

/** One step from a value to values in it. */
type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
  | { readonly kind: 'elements' }
  | { readonly kind: 'children' }
  | { readonly kind: 'fields'; readonly paths: readonly (readonly string[])[] }

/** A path that was taken apart. Reading a value with it gives its texts, in the order in which they stand there. */
export interface TextPath {
  readonly startsWithWhole: boolean
  readonly steps: readonly Step[]
}

export function readTextPath(path: string): TextPath {
  const tokens = tokenize(path)
  return { startsWithWhole: tokens[0] === '$', steps: tokens.map(readStep) }
}

export function textsAtPath(value: unknown, { startsWithWhole, steps }: TextPath): string[] {
  const whole = startsWithWhole ? asJson(value) : []
  return [...whole, ...textsAt(value, steps, 0)]
}

function textsAt(value: unknown, steps: readonly Step[], position: number): string[] {
  const step = steps[position]
  if (step === undefined) return asText(value)
  return follow(value, step).flatMap((found) =>
    step.kind === 'fields'
      ? found === null
        ? ['null']
        : asText(found)
      : textsAt(found, steps, position + 1),
  )
}

function follow(value: unknown, step: Step): readonly unknown[] {
  switch (step.kind) {
    case 'element': {
      if (!Array.isArray(value)) return []
      const index = step.index < 0 ? value.length + step.index : step.index
      return index >= 0 && index < value.length ? [value[index]] : []
    }
    case 'elements':
      return Array.isArray(value) ? value : []
    case 'children':
      return isObject(value) ? Object.values(value) : []
    case 'field':
      return isObject(value) && step.name in value ? [value[step.name]] : []
    case 'fields':
      // Whatever follows the braces is not looked at.
      return isObject(value) ? step.paths.map((path) => fieldAt(value, path)).filter(isGiven) : []
  }
}

function fieldAt(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (!isObject(found) || !(name in found)) return undefined
    found = found[name]
  }
  return found
}

function asText(value: unknown): string[] {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return [String(value)]
    case 'object':
      return value === null ? [] : asJson(value)
    default:
      return []
  }
}

/** Indented, as LangGraph gives it to a model, with bigints as digits. */
function asJson(value: unknown): string[] {
  const text = JSON.stringify(value, bigintAsText, 2) as string | undefined
  return text === undefined ? [] : [text]
}

function bigintAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

const isGiven = (value: unknown) => value !== undefined

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function readStep(token: string): Step {
  if (token === '*') return { kind: 'children' }
  const isWithin = (open: string, close: string) => token.startsWith(open) && token.endsWith(close)
  const content = token.slice(1, -1)
  if (isWithin('[', ']')) {
    return content === '*' ? { kind: 'elements' } : { kind: 'element', index: Number.parseInt(content, 10) }
  }
  if (isWithin('{', '}')) {
    const paths = content.split(',').map((path) => tokenize(path.trim()))
    return { kind: 'fields', paths: paths.filter((path) => path.length > 0) }
  }
  return { kind: 'field', name: token }
}

/** Fields between dots; brackets and braces with what is in them. */
function tokenize(path: string): string[] {
  const tokens: string[] = []
  let field = ''
  const endField = () => {
    if (field !== '') tokens.push(field)
    field = ''
  }
  for (let at = 0; at < path.length; at++) {
    const character = path[at]!
    if (character === '.') endField()
    else if (character === '[' || character === '{') {
      endField()
      const end = endOfGroup(path, at)
      tokens.push(path.slice(at, end))
      at = end - 1
    } else field += character
  }
  endField()
  return tokens
}

/** Behind the bracket or brace that closes the one at `start`, or the end of the path. */
function endOfGroup(path: string, start: number): number {
  const open = path[start]
  const close = open === '[' ? ']' : '}'
  let depth = 0
  for (let at = start; at < path.length; at++) {
    if (path[at] === open) depth++
    else if (path[at] === close) depth--
    if (depth === 0) return at + 1
  }
  return path.length
}
