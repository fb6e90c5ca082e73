import { defineConfig, type OxlintOverride } from 'oxlint'

type Pattern = { readonly group: string[]; readonly message: string }

/** Which packages only one folder may import. */
const OWNERS = [
  { packages: ['electron', 'electron/**'], folder: 'main/shell/**' },
  { packages: ['keytar'], folder: 'main/secrets/**' },
  { packages: ['ssh2', 'ssh2/**'], folder: 'main/ssh/**' },
]

/** Layering: what files of a place may not import. A later layer of the same file takes the place of an earlier one. */
const layer = (files: string, patterns: readonly Pattern[], owns?: string): OxlintOverride => ({
  files: [files],
  rules: { 'no-restricted-imports': ['error', { patterns: [...patterns, ...packageRules(owns)] }] },
})
const never = (group: string[], message: string): Pattern => ({ group, message })
const packageRules = (owns?: string): Pattern[] =>
  OWNERS.filter(({ packages }) => packages[0] !== owns).map(({ packages, folder }) =>
    never(packages, `Only ${folder} imports this.`),
  )

const NOT_MAIN = never(['**/main/*', '**/main/**'], 'main is out of reach here.')
const NOT_RENDERER = never(['**/renderer/**'], 'The window is out of reach here.')
const ONLY_BUILT = 'main knows the remote program only as a built string.'
const NOT_REMOTE = never(['../../remote/**'], ONLY_BUILT)
const NOT_NODE = never(['node:*'], 'No Node here.')
const NOT_PRELOAD = never(['**/preload/**'], 'The preload is out of reach here.')
const NOT_TEST = never(['**/test/**'], 'Product code does not know its tests.')

/** What finds faults by types, beyond those that are on by their category. */
const STRICT = [
  'ban-ts-comment',
  'consistent-type-imports',
  'no-deprecated',
  'no-dynamic-delete',
  'no-empty-object-type',
  'no-explicit-any',
  'no-extraneous-class',
  'no-generated-empty-object-type',
  'no-invalid-void-type',
  'no-misused-promises',
  'no-mixed-enums',
  'no-namespace',
  'no-non-null-asserted-nullish-coalescing',
  'no-non-null-assertion',
  'no-require-imports',
  'no-unnecessary-boolean-literal-compare',
  'no-unnecessary-template-expression',
  'no-unnecessary-type-arguments',
  'no-unnecessary-type-assertion',
  'no-unnecessary-type-constraint',
  'no-unnecessary-type-conversion',
  'no-unnecessary-type-parameters',
  'no-unsafe-argument',
  'no-unsafe-assignment',
  'no-unsafe-call',
  'no-unsafe-enum-comparison',
  'no-unsafe-function-type',
  'no-unsafe-member-access',
  'no-unsafe-return',
  'only-throw-error',
  'prefer-literal-enum-member',
  'prefer-promise-reject-errors',
  'prefer-reduce-type-parameter',
  'prefer-return-this-type',
  'related-getter-setter-pairs',
  'require-await',
  'unified-signatures',
  'use-unknown-in-catch-callback-variable',
]

/** What asks too much of plain JavaScript. */
const UNTYPED = [
  'no-confusing-void-expression',
  'no-unnecessary-condition',
  'no-unsafe-argument',
  'no-unsafe-assignment',
  'no-unsafe-call',
  'no-unsafe-member-access',
  'no-unsafe-return',
  'require-await',
  'restrict-plus-operands',
]

export default defineConfig({
  ignorePatterns: ['out/**', 'dist/**', 'node_modules/**'],
  plugins: ['eslint', 'typescript', 'oxc', 'import', 'react'],
  options: { typeAware: true },
  categories: { correctness: 'error' },
  rules: {
    ...Object.fromEntries(STRICT.map(name => [`typescript/${name}`, 'error' as const])),
    'typescript/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    'typescript/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    'typescript/restrict-plus-operands': [
      'error',
      { allowAny: false, allowBoolean: false, allowNullish: false, allowNumberAndString: false, allowRegExp: false },
    ],
    'typescript/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'no-array-constructor': 'error',
    'no-console': 'error',
    'no-control-regex': 'off',
    // Playwright asks for it where a fixture needs none of the others.
    'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
    'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    'no-useless-constructor': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'prefer-rest-params': 'error',
    'prefer-spread': 'error',
    'import/no-cycle': 'error',
  },
  overrides: [
    layer('shared/**', [
      ...[NOT_MAIN, NOT_RENDERER, NOT_NODE, NOT_PRELOAD, NOT_TEST],
      never(['../remote/**'], 'shared is a leaf.'),
    ]),
    layer('remote/**', [NOT_MAIN, NOT_RENDERER, NOT_PRELOAD, NOT_TEST]),
    layer('preload/**', [NOT_MAIN, NOT_RENDERER, NOT_NODE, NOT_TEST], 'electron'),
    layer('renderer/**', [
      never(['**/main/ssh/**', '../main/**', '../../main/**'], 'main is out of reach here.'),
      ...[NOT_NODE, NOT_PRELOAD, NOT_TEST],
    ]),
    layer('main/**', [NOT_RENDERER, NOT_REMOTE, NOT_PRELOAD, NOT_TEST]),
    layer('main/*.ts', [NOT_RENDERER, never(['../remote/**'], ONLY_BUILT), NOT_PRELOAD, NOT_TEST]),
    // One folder deeper the same relative words mean main's own folder.
    layer('main/*/*/**', [NOT_RENDERER, never(['../../../remote/**'], ONLY_BUILT), NOT_PRELOAD, NOT_TEST]),
    layer('main/shell/**', [NOT_RENDERER, NOT_REMOTE, NOT_PRELOAD, NOT_TEST], 'electron'),
    layer('main/secrets/**', [NOT_RENDERER, NOT_REMOTE, NOT_PRELOAD, NOT_TEST], 'keytar'),
    layer('main/ssh/**', [NOT_RENDERER, NOT_REMOTE, NOT_PRELOAD, NOT_TEST], 'ssh2'),
    {
      files: ['main/cli.ts', 'main/cli/**', 'build/**', 'test/**', '*.config.*'],
      rules: { 'no-console': 'off', 'no-restricted-exports': 'off' },
    },
    { files: ['**/*.mjs'], rules: Object.fromEntries(UNTYPED.map(name => [`typescript/${name}`, 'off' as const])) },
  ],
})
