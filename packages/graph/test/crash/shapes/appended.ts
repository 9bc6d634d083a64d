/** A list that grows, which shows what was applied, how often, and in which order. */
export const appended = {
  reducer: (list: string[], more: string[]): string[] => list.concat(more),
  default: (): string[] => [],
}
