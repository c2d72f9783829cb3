import { type Case, text } from '../support';

/** Three texts that differ in one line. */
const three = (make: (value: string) => string) => ({ base: make('1'), a: make('2'), b: make('3') });
const lines = (...around: readonly string[]) =>
  three((value) => text(...around.map((line) => line.replace('$', value))));

export const configuration: readonly Case[] = [
  {
    name: 'JSON: package.json',
    path: 'package.json',
    ...lines('{', '  "name": "a",', '  "dependencies": { "b": "^$.0.0" }', '}'),
  },
  {
    name: 'JSON: tsconfig.json',
    path: 'packages/a/tsconfig.build.json',
    ...lines('{', '  "compilerOptions": { "target": "ES202$" }', '}'),
  },
  { name: 'JSON: of the program itself', path: 'src/data/limits.json', ...lines('{ "most": $ }') },
  {
    name: 'YAML: a workflow',
    path: '.github/workflows/ci.yml',
    ...lines('jobs:', '  test:', '    timeout-minutes: $'),
  },
  { name: 'YAML: GitLab', path: '.gitlab-ci.yml', ...lines('test:', '  script: make test$') },
  { name: 'YAML: compose', path: 'docker-compose.yml', ...lines('services:', '  db:', '    image: postgres:1$') },
  { name: 'YAML: of a server', path: 'config/application.yaml', ...lines('server:', '  port: 808$') },
  { name: 'TOML: pyproject', path: 'pyproject.toml', ...lines('[project]', 'name = "a"', 'version = "$.0"') },
  { name: 'TOML: Cargo', path: 'crates/a/Cargo.toml', ...lines('[package]', 'name = "a"', 'version = "$.0.0"') },
  { name: 'INI', path: 'setup.cfg', ...lines('[flake8]', 'max-line-length = $20') },
  { name: 'INI: of an editor', path: '.editorconfig', ...lines('[*]', 'indent_size = $') },
  { name: '.env', path: '.env.example', ...lines('PORT=300$') },
  { name: 'properties', path: 'src/main/resources/application.properties', ...lines('server.port=808$') },
  { name: 'Dockerfile', path: 'docker/web.Dockerfile', ...lines('FROM node:2$', 'RUN npm ci') },
  { name: 'Dockerfile of that name', path: 'Dockerfile', ...lines('FROM node:2$', 'RUN npm ci') },
  { name: 'Jenkinsfile', path: 'Jenkinsfile', ...lines('pipeline { agent any', '  options { timeout($) } }') },
  { name: 'go.mod', path: 'go.mod', ...lines('module a', '', 'go 1.2$') },
  { name: 'pom.xml', path: 'pom.xml', ...lines('<project>', '  <version>$</version>', '</project>') },
  { name: 'Makefile', path: 'Makefile', ...lines('test:', '\tgo test -count=$ ./...') },
  { name: '.gitignore', path: '.gitignore', ...lines('dist', 'out$') },
  { name: 'of a linter', path: '.eslintrc.js', ...lines('module.exports = {', "  rules: { 'max-lines': $ },", '};') },
  {
    name: 'code: plug-ins of a bundler, with their imports',
    path: 'vite.config.ts',
    base: text("import { defineConfig } from 'vite';", '', 'export default defineConfig({', '  plugins: [],', '});'),
    a: text(
      "import { defineConfig } from 'vite';",
      "import vue from 'vue';",
      '',
      'export default defineConfig({',
      '  plugins: [vue()],',
      '});',
    ),
    b: text(
      "import { defineConfig } from 'vite';",
      "import pwa from 'pwa';",
      '',
      'export default defineConfig({',
      '  plugins: [pwa()],',
      '});',
    ),
  },
  { name: 'code: of a test runner', path: 'test/jest.config.js', ...lines('module.exports = { testTimeout: $000 };') },
  { name: 'code: settings of Django', path: 'site/settings.py', ...lines('DEBUG = True', 'TIMEOUT = $') },
  { name: 'code: constants', path: 'src/config.ts', ...lines('export const limits = {', '  most: $,', '};') },
  { name: 'added by both', path: '.prettierrc', base: null, a: text('{ "semi": true }'), b: text('{ "semi": false }') },
  {
    name: 'only versions that look like imports',
    path: 'import.yaml',
    ...lines('import:', '  - a$'),
  },
];
