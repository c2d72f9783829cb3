import type { Language } from '../../facts';
import { folderOf, workspaces } from './modules';

/**
 * Whether two files are of one package, by path alone: of one folder, in TypeScript and JavaScript of one folder of a
 * workspace. Files for other systems and tests are apart in Go.
 */
export function isOnePackage(language: Language, a: string, b: string): boolean {
  if (language === 'typescript' || language === 'javascript') return packageFolder(a) === packageFolder(b);
  if (folderOf(a) !== folderOf(b)) return false;
  if (language !== 'go') return true;
  return a.endsWith('_test.go') === b.endsWith('_test.go') && !forOneSystem.test(a) && !forOneSystem.test(b);
}

/** https://go.dev/cmd/go/#hdr-Build_constraints: `name_linux.go`, `name_amd64.go` */
const forOneSystem =
  /_(aix|android|darwin|dragonfly|freebsd|illumos|ios|js|linux|netbsd|openbsd|plan9|solaris|wasip1|windows|unix|386|amd64|arm|arm64|loong64|mips\w*|ppc64\w*|riscv64|s390x|wasm)(_test)?\.go$/;

function packageFolder(path: string): string {
  const parts = folderOf(path).split('/');
  const index = parts.findIndex((_, at) => workspaces.has(parts[at - 1] ?? ''));
  return index < 0 ? '' : parts.slice(0, index + 1).join('/');
}

/** Nobody else builds on what a test declares. */
export function isTest(path: string): boolean {
  return /(^|\/)(tests?|__tests__|__mocks__|spec|fixtures|testdata|e2e|stories)\/|[._-](test|spec|stories|mock|fixture)s?\.\w+$|(^|\/)(test_[^/]*|conftest)\.py$|Tests?\.java$/i.test(
    path,
  );
}
