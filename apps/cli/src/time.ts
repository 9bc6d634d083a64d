/** `2026-11-21 14:59:32` where a person reads it in their own time zone, else ISO 8601 in UTC, to the second. */
export function formatTime(iso: string, isTerminal: boolean): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  if (!isTerminal) return `${date.toISOString().slice(0, 19)}Z`
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}
