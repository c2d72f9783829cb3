import { normalised } from '../../data/manifests/python';
import type { CodeFacts, Language } from '../../facts';
import type { Ecosystem } from './versions';

const ecosystems: Readonly<Record<Language, readonly Ecosystem[]>> = {
  typescript: ['npm'],
  javascript: ['npm'],
  python: ['python'],
  go: ['go'],
  rust: ['cargo'],
  java: ['maven', 'gradle'],
};

/** Python packages whose modules have another name, the best known ones. */
const python: Readonly<Record<string, readonly string[]>> = {
  attr: ['attrs'],
  bs4: ['beautifulsoup4'],
  crypto: ['pycryptodome', 'pycrypto'],
  cv2: ['opencv-python', 'opencv-python-headless'],
  dateutil: ['python-dateutil'],
  dotenv: ['python-dotenv'],
  fitz: ['pymupdf'],
  git: ['gitpython'],
  jose: ['python-jose'],
  jwt: ['pyjwt'],
  magic: ['python-magic'],
  mysqldb: ['mysqlclient'],
  openssl: ['pyopenssl'],
  pil: ['pillow'],
  'pkg-resources': ['setuptools'],
  psycopg2: ['psycopg2', 'psycopg2-binary'],
  'rest-framework': ['djangorestframework'],
  serial: ['pyserial'],
  skimage: ['scikit-image'],
  sklearn: ['scikit-learn'],
  slugify: ['python-slugify'],
  usb: ['pyusb'],
  websocket: ['websocket-client'],
  yaml: ['pyyaml'],
  zmq: ['pyzmq'],
};

/** Java packages that are not below their group's name. */
const java: Readonly<Record<string, readonly string[]>> = {
  'com.google.guava:guava': ['com.google.common'],
  'com.google.code.gson:gson': ['com.google.gson'],
  'commons-codec:commons-codec': ['org.apache.commons.codec'],
  'commons-io:commons-io': ['org.apache.commons.io'],
  'commons-lang:commons-lang': ['org.apache.commons.lang'],
  'com.squareup.okhttp3:okhttp': ['okhttp3'],
  'com.squareup.retrofit2:retrofit': ['retrofit2'],
  'joda-time:joda-time': ['org.joda.time'],
  'junit:junit': ['org.junit', 'junit'],
  'org.projectlombok:lombok': ['lombok'],
  'org.apache.commons:commons-lang3': ['org.apache.commons.lang3'],
};

/** Whether code of a language may use packages of an ecosystem. */
export function uses(language: Language, ecosystem: Ecosystem): boolean {
  return ecosystems[language].includes(ecosystem);
}

/** Whether a module is of a package, as an import writes it. */
export function isOf(ecosystem: Ecosystem, module: string, name: string): boolean {
  switch (ecosystem) {
    case 'npm':
    case 'go':
      return module === name || module.startsWith(`${name}/`);
    case 'cargo':
      return module.replace(/^::/, '').split('::')[0] === name.replaceAll('-', '_');
    case 'python':
      return ofPython(module, normalised(name));
    case 'maven':
    case 'gradle':
      return packagesOfJava(name).some((prefix) => module === prefix || module.startsWith(`${prefix}.`));
    default:
      return false;
  }
}

/** `google.cloud.storage` is of `google-cloud-storage`, `yaml` of PyYAML, most are of what their first part says. */
function ofPython(module: string, name: string): boolean {
  if (module.startsWith('.')) return false;
  const parts = module.split('.').map(normalised);
  const first = parts[0] ?? '';
  return (
    (python[first] ?? [first]).includes(name) || parts.some((_, index) => parts.slice(0, index + 1).join('-') === name)
  );
}

function packagesOfJava(name: string): readonly string[] {
  const [group = '', artifact = ''] = name.split(':');
  const own = group.includes('.') ? [group, `${group}.${artifact.replaceAll('-', '.')}`] : [];
  return java[name] ?? own;
}

/** The modules that a version imports and the one before did not, with the first line of each. */
export function newImports(next: CodeFacts, old: CodeFacts | null): Map<string, number> {
  const known = new Set(old?.imports.map(({ from }) => from));
  const added = new Map<string, number>();
  for (const { from, line } of next.imports) if (!known.has(from) && !added.has(from)) added.set(from, line);
  return added;
}
