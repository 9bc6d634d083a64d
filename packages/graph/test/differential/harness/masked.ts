const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/
const hash = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/

/** Ids and times: what differs from run to run. */
export const varying = new RegExp(`${uuid.source}|${hash.source}|${time.source}`, 'g')

export function isTime(text: string): boolean {
  return time.test(text)
}

export function isHash(text: string): boolean {
  return hash.test(text)
}

/** The text without ids and times, to order things by in the same way in every run. */
export function masked(text: string): string {
  return text.replaceAll(varying, '')
}

/** Orders by code units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
