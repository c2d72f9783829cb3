import type { GitAct, Place, Recipe, Step } from './build';
import { attributeLines, clashingNames, folderNames, names } from './names';
import { type Change, type Edit, edits } from './operations';
import type { Random } from './random';

/** A random repository of four to seven sides. */
export function randomRecipe(random: Random): Recipe {
  const count = 4 + random.int(4);
  const themes = { attributes: random.chance(45), submodules: random.chance(25), links: random.chance(40) };
  const places: Place[] = Array.from({ length: count }, () =>
    random.weighted<Place>({ linked: 6, 'no worktree': 3, detached: 1, 'inside main': 1 }),
  );
  const act = (dirty: boolean): Step['act'] => randomChange(random, themes, dirty);
  const steps: Step[] = [];
  for (let n = 10 + random.int(12); n > 0; n -= 1) steps.push({ side: 0, act: randomAdd(random) });
  if (themes.attributes && random.chance(70)) steps.push({ side: 0, act: randomAttributes(random) });
  if (themes.submodules && random.chance(70)) steps.push({ side: 0, act: randomSubmodule(random) });
  steps.push({ side: 0, act: { do: 'commit' } });
  for (let commits = random.int(3); commits > 0; commits -= 1) {
    for (let n = 1 + random.int(3); n > 0; n -= 1) steps.push({ side: 0, act: act(false) });
    steps.push({ side: 0, act: { do: 'commit' } });
  }
  const starts = Array.from({ length: count - 1 }, (_, k) => ({ side: k + 1, act: randomStart(random, k + 1) }));
  steps.push(...starts);
  // Turn by turn, so that a side may merge what another one was before it merged this one.
  for (let turn = 0; turn < 2; turn += 1) {
    for (let side = 0; side < count; side += 1) {
      if (turn > 0 && random.chance(55)) continue;
      if (random.chance(side === 0 ? 50 : 10)) continue;
      if (turn > 0 && random.chance(60)) {
        const merge: GitAct = { do: 'merge', with: random.int(count), back: random.int(2) };
        steps.push({ side, act: merge });
      }
      for (let n = 1 + random.int(4); n > 0; n -= 1) steps.push({ side, act: act(false) });
      steps.push({ side, act: { do: 'commit' } });
    }
  }
  const dirt = () => {
    const list: Step[] = [];
    for (let side = 0; side < count; side += 1) {
      if (random.chance(45)) continue;
      for (let n = 1 + random.int(4); n > 0; n -= 1) list.push({ side, act: act(true) });
    }
    return list;
  };
  const first = dirt();
  const later = random.chance(50) ? dirt() : [];
  if (random.chance(12)) later.push({ side: 0, act: randomRule(random) });
  if (random.chance(4)) later.push({ side: random.int(count), act: { do: 'stop', with: random.int(count) } });
  return {
    config: randomConfig(random),
    info: random.chance(8) ? randomLines(random) : [],
    attributesFile: random.chance(6) ? randomLines(random) : [],
    modules: random.chance(80),
    places,
    steps,
    dirt: first,
    later,
  };
}

function randomStart(random: Random, side: number): GitAct {
  const from = random.weighted({ main: 36, side: 15, orphan: 1 });
  if (from === 'orphan') return { do: 'start', from, back: 0 };
  return { do: 'start', from: from === 'main' ? 0 : random.int(side), back: random.int(3) };
}

/** Sides should meet: the same few files, names and places again and again. */
const hot = (random: Random, many: number) => (random.chance(65) ? random.int(Math.min(5, many)) : random.int(many));

function randomEdit(random: Random): Change {
  const how = random.weighted<Edit>({
    replace: 30,
    insert: 10,
    delete: 8,
    append: 6,
    prepend: 4,
    'no final newline': 2,
    crlf: 3,
    lf: 2,
    rewrite: 2,
    'swap halves': 2,
    binary: 2,
    empty: 1,
  });
  const at = random.chance(60) ? random.int(5) * 20 : random.int(100);
  if (!edits.includes(how)) throw new Error(`There is no edit ${how}.`);
  return { do: 'edit', file: hot(random, 40), how, at, count: 1 + random.int(3), text: random.int(3) };
}

function randomAdd(random: Random): Change {
  const lines = random.weighted({ few: 5, many: 8, none: 1 });
  const many = lines === 'none' ? 0 : lines === 'few' ? 5 + random.int(8) : 12 + random.int(49);
  return { do: 'add', name: random.int(names.length - clashingNames), lines: many, text: 0 };
}

function randomLines(random: Random): number[] {
  return Array.from({ length: 1 + random.int(3) }, () => random.int(attributeLines.length));
}

function randomAttributes(random: Random): Change {
  const folder = random.chance(70) ? 0 : random.int(folderNames.length);
  return { do: 'attributes', folder, lines: randomLines(random) };
}

function randomSubmodule(random: Random): GitAct {
  return {
    do: 'submodule',
    path: random.chance(80) ? 0 : random.int(3),
    commit: random.int(random.chance(10) ? 6 : 5),
  };
}

interface Themes {
  readonly attributes: boolean;
  readonly submodules: boolean;
  readonly links: boolean;
}

function randomChange(random: Random, themes: Themes, dirty: boolean): Step['act'] {
  const kind = random.weighted({
    edit: 40,
    add: 6,
    remove: 7,
    rename: 9,
    'rename and edit': 1,
    'move folder': 8,
    gather: 1,
    copy: 2,
    mode: 3,
    link: themes.links ? 3 : 0,
    'file to folder': 2,
    'folder to file': 1,
    attributes: themes.attributes ? 14 : 1,
    submodule: themes.submodules ? 10 : 0,
    populate: themes.submodules ? 4 : 0,
    ignore: 1,
    ignored: 2,
    stage: dirty ? 8 : 0,
    unstage: dirty ? 3 : 0,
    intend: dirty ? 3 : 0,
    untrack: dirty ? 3 : 0,
    blind: dirty ? 1 : 0,
    commit: dirty ? 4 : 0,
  });
  const file = hot(random, 40);
  const name = hot(random, names.length);
  switch (kind) {
    case 'edit':
    case 'rename and edit':
      return randomEdit(random);
    case 'add':
      return { do: 'add', name: random.int(names.length), lines: 5 + random.int(2) * 15, text: random.int(3) };
    case 'rename':
    case 'copy':
      return { do: kind, file, name: random.chance(50) ? name : random.int(names.length) };
    case 'move folder':
      return {
        do: kind,
        folder: hot(random, folderNames.length),
        to: random.int(folderNames.length),
        part: random.weighted({ all: 6, half: 3, one: 1 }),
      };
    case 'gather':
      return { do: kind, to: random.int(folderNames.length) };
    case 'remove':
    case 'mode':
    case 'unstage':
    case 'intend':
    case 'untrack':
      return { do: kind, file };
    case 'link':
      return { do: kind, file, target: random.int(2) };
    case 'file to folder':
      return { do: kind, file, text: random.int(2) };
    case 'folder to file':
      return { do: kind, folder: hot(random, folderNames.length), text: random.int(2) };
    case 'attributes':
      return randomAttributes(random);
    case 'submodule':
      return randomSubmodule(random);
    case 'populate':
      return { do: kind, path: random.int(2), commit: random.int(5) };
    case 'ignore':
      return { do: kind, rule: random.int(4) };
    case 'ignored':
      return { do: kind, rule: random.int(4), text: random.int(2) };
    case 'stage':
      return { do: kind, file: random.chance(40) ? 'all' : file };
    case 'blind':
      return { do: kind, file, bit: random.chance(50) ? '--assume-unchanged' : '--skip-worktree' };
    case 'commit':
      return { do: kind };
  }
}

/** What is kept between two looks must not outlive the rules it was made by. */
function randomRule(random: Random): GitAct {
  const some = randomConfig(random);
  const byDefault: [string, string] = ['merge.default', random.pick(['union', 'ours', 'binary'])];
  const [key, value] = random.pick(some.length > 0 ? some : [byDefault]);
  if (random.chance(40)) return { do: 'configure', key, value };
  const file = random.chance(50) ? 'info/attributes' : 'attributes-of-the-user';
  return { do: 'rules', file, lines: randomLines(random) };
}

function randomConfig(random: Random): [string, string][] {
  const config: [string, string][] = [];
  const maybe = (percent: number, key: string, ...values: string[]) => {
    if (random.chance(percent)) config.push([key, random.pick(values)]);
  };
  maybe(15, 'merge.directoryRenames', 'true', 'false', 'conflict');
  maybe(8, 'merge.renames', 'true', 'false', 'copies');
  maybe(8, 'diff.renames', 'true', 'false', 'copies');
  maybe(6, 'merge.renameLimit', '1', '1000');
  maybe(4, 'diff.renameLimit', '1');
  maybe(12, 'merge.renormalize', 'true', 'true', 'false');
  maybe(8, 'core.autocrlf', 'true', 'input');
  maybe(5, 'core.eol', 'crlf', 'lf');
  maybe(4, 'merge.default', 'union', 'ours', 'binary');
  maybe(5, 'merge.conflictStyle', 'diff3', 'zdiff3');
  maybe(3, 'merge.ff', 'only', 'false');
  maybe(3, 'merge.verbosity', '0', '5');
  maybe(4, 'diff.algorithm', 'patience', 'minimal', 'myers');
  maybe(3, 'merge.sorted.recursive', 'text', 'binary', 'theirs');
  maybe(3, 'core.quotePath', 'false');
  maybe(3, 'core.fileMode', 'false');
  maybe(3, 'core.symlinks', 'false');
  maybe(3, 'rerere.enabled', 'true');
  maybe(2, 'rerere.autoUpdate', 'true');
  maybe(3, 'submodule.recurse', 'true');
  maybe(2, 'status.showUntrackedFiles', 'no');
  maybe(2, 'diff.ignoreSubmodules', 'all');
  maybe(2, 'diff.noprefix', 'true');
  maybe(2, 'color.ui', 'always');
  maybe(2, 'index.version', '4');
  maybe(2, 'core.splitIndex', 'true');
  maybe(2, 'core.untrackedCache', 'true');
  maybe(2, 'log.showSignature', 'true');
  return config;
}
