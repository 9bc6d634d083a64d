// Values of a state as text for people: short ones in one line, others as an indented outline.
import { displayWidth } from './drawing/text-width.ts'
import { asMessage, toJson, type Json, type ShownMessage } from './json-value.ts'
import type { Colors } from './output.ts'

export interface FormatOptions {
  readonly colors: Colors
  /** Columns of the terminal. */
  readonly width: number
}

/** The fields of a state, one below the other; a state that is no object is shown as it is. */
export function formatState(values: unknown, options: FormatOptions): string[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    return formatValue(values, options)
  const entries = Object.entries(values)
  if (entries.length === 0) return [options.colors.dim('(no values)')]
  const nameWidth = Math.min(20, Math.max(...entries.map(([name]) => displayWidth(printable(name)))))
  return entries.flatMap(([name, value]) => {
    const shown = printable(name)
    const title = options.colors.bold(shown) + ' '.repeat(Math.max(0, nameWidth - displayWidth(shown)))
    const indent = ' '.repeat(nameWidth + 2)
    const [first = '', ...rest] = formatValue(value, { ...options, width: options.width - indent.length })
    return [`${title}  ${first}`, ...rest.map((line) => indent + line)]
  })
}

/** At least one line. Control characters are shown as escapes, so that a value cannot drive the terminal. */
export function formatValue(value: unknown, options: FormatOptions): string[] {
  if (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((element) => asMessage(element) !== undefined)
  ) {
    return value.flatMap((element) => formatMessage(asMessage(element)!, options))
  }
  const message = asMessage(value)
  if (message !== undefined) return formatMessage(message, options)
  return formatJson(toJson(value), options)
}

/** In one line, cut to at most `limit` columns. */
export function formatShort(value: unknown, limit: number): string {
  const message = asMessage(value)
  const text =
    message === undefined ? inline(toJson(value)) : `${message.type}: ${inline(toJson(message.content))}`
  if (displayWidth(text) <= limit) return text
  let short = ''
  for (const character of text) {
    if (displayWidth(short) + displayWidth(character) > limit - 1) break
    short += character
  }
  return `${short}…`
}

/** Without control characters, other than by their escapes. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    const [short] =
      JSON.stringify(character)
        .slice(1, -1)
        .match(/^\\.+$/) ?? []
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function formatMessage(message: ShownMessage, options: FormatOptions): string[] {
  const { colors } = options
  const title = colors.cyan(
    message.name === undefined ? message.type : `${message.type} ${printable(message.name)}`,
  )
  const content = toJson(message.content)
  const body =
    typeof content === 'string'
      ? textLines(content, options.width - 2)
      : formatJson(content, { ...options, width: options.width - 2 })
  const calls = (message.tool_calls ?? []).map(
    (call) => `${colors.dim('calls')} ${printable(call.name)}(${inline(toJson(call.args))})`,
  )
  const isEmpty = content === '' || (Array.isArray(content) && content.length === 0)
  const lines = [...(isEmpty ? [] : body), ...calls]
  if (lines.length === 1) return [`${title}: ${lines[0]}`]
  return [`${title}:`, ...lines.map((line) => `  ${line}`)]
}

function formatJson(value: Json, options: FormatOptions): string[] {
  const { colors, width } = options
  if (typeof value === 'string') {
    return value.includes('\n')
      ? textLines(value, width).map((line) => `${colors.dim('│')} ${line}`.trimEnd())
      : [paint(value, colors)]
  }
  if (typeof value !== 'object' || value === null) return [paint(value, colors)]
  const short = inline(value)
  if (displayWidth(short) <= width && !hasLineBreaks(value)) return [short]
  const inner = { ...options, width: width - 2 }
  if (Array.isArray(value)) {
    return value.flatMap((element: Json) => {
      const [first = '', ...rest] = formatJson(element, inner)
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)]
    })
  }
  return Object.entries(value).flatMap(([name, field]) => {
    const lines = formatJson(field, inner)
    const isBlock = lines.length > 1 || (typeof field === 'string' && field.includes('\n'))
    if (!isBlock) return [`${printable(name)}: ${lines[0]}`]
    return [`${printable(name)}:`, ...lines.map((line) => `  ${line}`)]
  })
}

function textLines(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrap(printable(line), Math.max(20, width)))
}

function wrap(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(/(?<= )/)) {
    if (current !== '' && displayWidth(current + word.trimEnd()) > width) {
      lines.push(current.trimEnd())
      current = ''
    }
    current += word
  }
  return [...lines, current.trimEnd()]
}

function hasLineBreaks(value: Json): boolean {
  if (typeof value === 'string') return value.includes('\n')
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((field: Json) => hasLineBreaks(field))
  )
}

function inline(value: Json): string {
  if (typeof value !== 'object' || value === null) return scalar(value)
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  const fields = Object.entries(value).map(([name, field]) => `${fieldName(name)}: ${inline(field)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

function fieldName(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(name) ? name : scalar(name)
}

function scalar(value: string | number | boolean | null): string {
  return printable(JSON.stringify(value))
}

function paint(value: string | number | boolean | null, colors: Colors): string {
  if (typeof value === 'string') return colors.green(scalar(value))
  return value === null ? colors.dim('null') : colors.yellow(String(value))
}
