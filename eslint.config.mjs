import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Nest's HTTP exceptions belong to common/ alone: everything else throws a DomainError (common/errors.ts). */
const noHttpExceptions = {
  name: '@nestjs/common',
  importNames: [
    'HttpException',
    'BadRequestException',
    'ConflictException',
    'ForbiddenException',
    'InternalServerErrorException',
    'NotFoundException',
    'ServiceUnavailableException',
    'UnauthorizedException',
    'UnprocessableEntityException',
  ],
  message: 'Throw a DomainError (common/errors.ts).',
};

export default tseslint.config(
  {
    ignores: [
      'dist',
      'dist-sandbox',
      'coverage',
      '.sandbox',
      '.servers',
      'src/harbor/harbor-api.generated.ts',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/return-await': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-imports': ['error', { paths: [noHttpExceptions] }],
    },
  },
  { files: ['src/common/**'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['test/**', 'sandbox/**', 'bench/**', '**/*.spec.ts'],
    rules: { '@typescript-eslint/explicit-function-return-type': 'off' },
  },
  {
    files: [
      '**/*.command.ts',
      'sandbox/main.ts',
      'sandbox/push.ts',
      'bench/**',
      'test/chaos/main.ts',
      'test/soak/main.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        fetch: 'readonly',
        module: 'writable',
        require: 'readonly',
        AbortSignal: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
      },
    },
    rules: { 'no-console': 'off', '@typescript-eslint/explicit-function-return-type': 'off' },
  },
);
