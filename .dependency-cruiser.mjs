/** What each layer must not import: everything above it, and what stands beside it. */
const forbiddenBelow = {
  support: ['errors', 'storage', 'http', 'session', 'client', 'apis', 'testing'],
  errors: ['storage', 'http', 'session', 'client', 'apis', 'testing'],
  storage: ['http', 'session', 'client', 'apis', 'testing'],
  http: ['storage', 'session', 'client', 'apis', 'testing'],
  session: ['http', 'client', 'apis', 'testing'],
  client: ['apis', 'testing'],
  apis: ['testing'],
  testing: ['http', 'apis'],
}

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(forbiddenBelow).map(([layer, above]) => ({
      name: `${layer}-imports-down`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: `^src/(${above.join('|')})/` },
    })),
    {
      name: 'no-api-imports-another',
      severity: 'error',
      from: { path: '^src/apis/([^/]+)/' },
      to: { path: '^src/apis/[^/]+/', pathNot: '^src/apis/$1/' },
    },
    {
      name: 'nobody-but-the-testing-kit-imports-the-entry-point',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testing/' },
      to: { path: '^src/index.ts$' },
    },
    {
      name: 'four-dependencies',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'core'],
        pathNot: 'node_modules/(ky|zod|p-retry|mitt)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
}
