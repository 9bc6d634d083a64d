/** `12 bytes`, `1.2 KB`, `3.4 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  const units = ['KB', 'MB', 'GB', 'TB']
  let size = bytes / 1000
  let at = 0
  for (; size >= 1000 && at < units.length - 1; at++) size /= 1000
  return `${size.toFixed(1)} ${units[at]!}`
}
