import { CliError } from './cli-error.ts'
import { ExitCode } from './exit-code.ts'
import { readJson } from './read-json.ts'

export interface ConfigOption {
  readonly thread: string
  /** JSON, or `@file`: what the graph is called with besides its input. */
  readonly config?: string
}

/** What the graph is called with: what `--config` gives, and the thread. */
export function readConfig(options: ConfigOption): Record<string, unknown> {
  const config = options.config === undefined ? {} : readJson('--config', options.config)
  const configurable = isObject(config) ? (config['configurable'] ?? {}) : undefined
  if (!isObject(config) || !isObject(configurable)) {
    throw new CliError({
      code: 'INVALID_CONFIG',
      exitCode: ExitCode.usage,
      message: `The value of --config must be an object, and so must its "configurable".`,
      remedies: [`For example: --config '{"recursionLimit": 50, "configurable": {"model": "small"}}'`],
    })
  }
  return { ...config, configurable: { ...configurable, thread_id: options.thread } }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
