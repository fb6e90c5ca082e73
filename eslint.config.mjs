import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** Which packages only one folder may import: [package patterns, folder]. */
const OWNERS = [
  [['electron', 'electron/*'], 'main/shell/**'],
  [['keytar'], 'main/secrets/**'],
  [['ssh2', 'ssh2/*'], 'main/ssh/**'],
]

/** Layering: what files of a place may not import. */
const layer = (files, patterns, options = {}) => ({
  files,
  ignores: options.ignores ?? [],
  rules: { 'no-restricted-imports': ['error', { patterns: [...patterns, ...packageRules(options.owns ?? [])] }] },
})
const packageRules = owns =>
  OWNERS.filter(([names]) => !owns.includes(names[0])).map(([group, owner]) => ({
    group,
    message: `Only ${owner} imports this.`,
  }))
const never = (group, message) => ({ group, message })

const NOT_MAIN = never(['**/main/*', '**/main/**'], 'main is out of reach here.')
const NOT_RENDERER = never(['**/renderer/**'], 'The window is out of reach here.')
const ONLY_BUILT = 'main knows the remote program only as a built string.'
const NOT_REMOTE = never(['../../remote/**'], ONLY_BUILT)
const NOT_NODE = never(['node:*'], 'No Node here.')
const NOT_PRELOAD = never(['**/preload/**'], 'The preload is out of reach here.')
const NOT_TEST = never(['**/test/**'], 'Product code does not know its tests.')

export default tseslint.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      'no-control-regex': 'off',
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  { files: ['renderer/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  layer(
    ['shared/**'],
    [NOT_MAIN, NOT_RENDERER, NOT_NODE, NOT_PRELOAD, NOT_TEST, never(['../remote/**'], 'shared is a leaf.')],
  ),
  layer(['remote/**'], [NOT_MAIN, NOT_RENDERER, NOT_PRELOAD, NOT_TEST]),
  layer(['preload/**'], [NOT_MAIN, NOT_RENDERER, NOT_NODE, NOT_TEST], { owns: ['electron'] }),
  layer(
    ['renderer/**'],
    [
      never(['**/main/ssh/**', '../main/**', '../../main/**'], 'main is out of reach here.'),
      NOT_NODE,
      NOT_PRELOAD,
      NOT_TEST,
    ],
  ),
  layer(['main/**'], [NOT_RENDERER, NOT_REMOTE, NOT_PRELOAD, NOT_TEST], {
    ignores: ['main/shell/**', 'main/secrets/**', 'main/ssh/**'],
  }),
  // One folder deeper the same relative words mean main's own folder.
  layer(['main/*/*/**'], [NOT_RENDERER, never(['../../../remote/**'], ONLY_BUILT), NOT_PRELOAD, NOT_TEST]),
  layer(['main/shell/**'], [NOT_RENDERER, NOT_REMOTE, NOT_PRELOAD, NOT_TEST], { owns: ['electron'] }),
  layer(['main/secrets/**'], [NOT_RENDERER, NOT_REMOTE, NOT_PRELOAD, NOT_TEST], { owns: ['keytar'] }),
  layer(['main/ssh/**'], [NOT_RENDERER, NOT_REMOTE, NOT_PRELOAD, NOT_TEST], { owns: ['ssh2'] }),
  {
    files: ['main/cli.ts', 'main/cli/**', 'build/**', 'test/**', '*.config.*'],
    rules: { 'no-console': 'off', 'no-restricted-exports': 'off' },
  },
  { files: ['**/*.mjs', '*.config.*'], ...tseslint.configs.disableTypeChecked },
)
