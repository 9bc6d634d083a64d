import { defineConfig } from 'vitest/config'

const conditions = ['@cairn/source', 'module', 'node', 'development|production']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages,apps}/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    typecheck: {
      enabled: true,
      include: ['{packages,apps}/*/test/**/*.test-d.ts'],
      tsconfig: 'tsconfig.type-tests.json',
      // `npm run typecheck` reports those.
      ignoreSourceErrors: true,
    },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { LANGSMITH_TRACING: 'false', LANGCHAIN_TRACING_V2: 'false' },
  },
})
