interface PlainOverwrite {
  readonly __overwrite__?: unknown
  readonly type?: unknown
  readonly value?: unknown
}

/** The value of an `Overwrite`, in any of the three forms LangGraph takes: instance, plain, serialised. */
export function overwriteOf(update: unknown): { readonly value: unknown } | undefined {
  if (typeof update !== 'object' || update === null) return undefined
  const { __overwrite__: plain, type, value } = update as PlainOverwrite
  if ('__overwrite__' in update) return { value: plain }
  if ((update as { lg_name?: unknown }).lg_name === 'Overwrite') return { value }
  return type === '__overwrite__' && 'value' in update ? { value } : undefined
}
