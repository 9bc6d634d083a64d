/** What one multiset of texts has and the other has not. */
export function differences(expected: readonly string[], actual: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of actual) counts.set(text, (counts.get(text) ?? 0) + 1)
  for (const text of expected) counts.set(text, (counts.get(text) ?? 0) - 1)
  return [...counts].flatMap(([text, surplus]) => {
    if (surplus === 0) return []
    return [`recorded ${Math.abs(surplus)} times ${surplus > 0 ? 'too often' : 'too few'}: ${text}`]
  })
}
