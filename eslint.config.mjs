import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { importRule } from './tools/lint/import-rule.mjs';

/** Config files, which their programs want as a default export. */
const CONFIG_FILES = ['*.config.mjs'];

export default defineConfig(
  { ignores: ['build/', 'node_modules/', '.clawdeploy/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { clawdeploy: { rules: { imports: importRule } } },
    rules: {
      'clawdeploy/imports': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' },
      ],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],

      // A number in a sentence is what a template is for; objects and undefined stay forbidden.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => stop()` as a callback is clear; a void value in any other place stays forbidden.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A signal can fire and a field can change across an `await`; narrowing does not know that and
      // calls the second look unnecessary, which in this product it never is.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `_name` says that a value is not wanted, as in `for (const _name of names)`.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Rows and migrations are classes because TypeORM reads them so.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // An adapter may be synchronous behind a port that promises a promise.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    rules: {
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name: one name for a thing, wherever it is read.',
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**'],
    rules: { 'no-console': 'error' },
  },
  {
    // TypeORM fills rows after construction, so their columns are declared with `!`.
    files: ['src/store/rows/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      // chai's assertions are property reads: `expect(x).to.be.true`.
      '@typescript-eslint/no-unused-expressions': 'off',
      // A test asserts on JSON as it came; a wrong guess about its shape fails the test itself.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    // What runs in a browser as it is written; the list is what the pages use.
    files: ['console/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...[
            'document',
            'location',
            'sessionStorage',
            'fetch',
            'crypto',
            'Node',
            'CSS',
            'CustomEvent',
          ],
          ...['AbortController', 'TextDecoder', 'URLSearchParams'],
          ...['setTimeout', 'clearTimeout', 'setInterval'],
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  { files: CONFIG_FILES, rules: { 'no-restricted-syntax': 'off' } },
);
