/** One write of a task: `[channel, value]`. */
export type Write = readonly [channel: string, value: unknown]
