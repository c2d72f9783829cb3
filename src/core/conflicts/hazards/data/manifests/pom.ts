import type { ManifestFacts, RequiredPackage } from '../../facts';
import { lineFinder } from '../text';

/** `pom.xml` (https://maven.apache.org/pom.html): dependencies, managed ones too, with the file's own properties filled in. */
export function readPom(text: string): ManifestFacts {
  // Comments and plugins' own dependencies become blanks, so that places stay where they are.
  const said = blanked(blanked(text, /<!--[\s\S]*?-->/g), /<(plugin|exclusions)>[\s\S]*?<\/\1>/g);
  const lineOf = lineFinder(text);
  const block = /<properties>(?<inside>[\s\S]*?)<\/properties>/.exec(said)?.groups?.inside ?? '';
  const properties = new Map(
    [...block.matchAll(/<([\w.-]+)>\s*([^<]*?)\s*<\/\1>/g)].map(([, key, value]) => [key, value]),
  );
  const filled = (value: string) => value.replace(/\$\{([^}]+)\}/g, (whole, key) => properties.get(key) ?? whole);
  const managed = /<dependencyManagement>[\s\S]*?<\/dependencyManagement>/.exec(said);
  const packages = [...said.matchAll(/<dependency>(?<inside>[\s\S]*?)<\/dependency>/g)].flatMap(
    (match): RequiredPackage[] => {
      const value = (key: string) =>
        new RegExp(`<${key}>\\s*([^<]*?)\\s*</${key}>`).exec(match.groups?.inside ?? '')?.[1] ?? '';
      const isManaged =
        managed !== null && match.index > managed.index && match.index < managed.index + managed[0].length;
      const section = isManaged ? 'dependencyManagement' : value('scope') || 'compile';
      const name = `${filled(value('groupId'))}:${filled(value('artifactId'))}`;
      // A classifier or a type makes it another file of the same name.
      const range = value('classifier') === '' ? filled(value('version')) : `${filled(value('version'))} ;`;
      return name === ':' ? [] : [{ name, range, section, line: lineOf(match.index) }];
    },
  );
  const workspaces = [...said.matchAll(/<module>\s*([^<]+?)\s*<\/module>/g)].map(([, folder]) => folder ?? '');
  return { ecosystem: 'maven', packages, workspaces };
}

function blanked(text: string, what: RegExp): string {
  return text.replace(what, (part) => part.replace(/[^\n]/g, ' '));
}
