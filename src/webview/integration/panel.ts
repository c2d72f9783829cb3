import type { AnswerVerdict, ChecklistItemId, EvidenceLink } from '../../contract/checklist';
import type {
  CellActionName,
  FromPanel,
  HazardActionName,
  PanelFile,
  PanelFilter,
  PanelSnapshot,
  PanelState,
  ToPanel,
} from '../../protocol/integration';
import type { PanelWords } from '../../protocol/integrationWords';
import { Ages } from '../shared/ages';
import { element, setText } from '../shared/dom';
import { EmptyState } from '../shared/emptyState';
import { Frames } from '../shared/frames';
import { Announcer } from './announcer';
import { type Axes, axesOf, baseKey, branchKey, type Line } from './axes';
import { Checklist } from './checklist';
import { type CellNames, Detail } from './detail';
import { Grid } from './grid';
import type { Place } from './gridKeys';
import { legend } from './legend';
import { labelWithAge } from './looks';
import { Matrix } from './matrix';
import { Order } from './order';
import { Toolbar } from './toolbar';

export interface PanelPorts {
  readonly words: PanelWords;
  readonly language: string;
  post(message: FromPanel): void;
  save(state: PanelState): void;
}

/** The pointer has to rest on a cell before the detail follows it, so that crossing the table is quiet. */
const hoverMs = 120;
const saveMs = 200;

/** The whole panel: what came from the host, where the reader is, and the parts that show it. */
export class Panel {
  readonly element: HTMLElement;
  readonly #ports: PanelPorts;
  readonly #ages: Ages;
  readonly #toolbar: Toolbar;
  readonly #grid: Grid;
  readonly #detail: Detail;
  readonly #order: Order;
  readonly #checklist: Checklist;
  readonly #announcer: Announcer;
  readonly #empty: EmptyState;
  readonly #frames = new Frames();
  readonly #upper = element('div', { class: 'upper' });
  readonly #nothing: HTMLElement;
  #state: PanelState;
  #snapshot: PanelSnapshot | null = null;
  #matrix: Matrix | null = null;
  #hovered: Place | null = null;
  #hoverTimer: ReturnType<typeof setTimeout> | undefined;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  /** Host's clock less ours, in milliseconds. */
  #clockOffset = 0;
  #restored = false;
  #revealing: { readonly ref: string | null } | null = null;

  constructor(ports: PanelPorts, state: PanelState) {
    this.#ports = ports;
    this.#state = state;
    const { words } = ports;
    this.#ages = new Ages(ports.language);
    this.#toolbar = new Toolbar(words, this.#ages, {
      refresh: () => this.#snapshot?.busy !== true && ports.post({ kind: 'refresh' }),
      chooseRepository: (repository) => ports.post({ kind: 'chooseRepository', repository }),
      filtered: (filter) => this.#filter(filter),
    });
    this.#grid = new Grid(words, this.#frames, {
      focused: (place) => this.#keep({ focus: place }),
      hovered: (place) => this.#hover(place),
      opened: (place) => this.#open(place),
      toggled: (group) => this.#toggle(group),
      scrolled: () => this.#scrolled(),
      label: (row, column) => this.#label(row, column),
    });
    this.#detail = new Detail(words, this.#ages, {
      act: (action, cell, file) => this.#act(action, cell, file),
      actOn: (action, { id }) => this.#actOn(action, id),
      expand: (line) => line.kind === 'group' && this.#toggle(line.group.plan ?? ''),
      left: () => this.#grid.focusAt(this.#state.focus),
    });
    this.#order = new Order(words, (ref) => this.#reveal(ref));
    this.#checklist = new Checklist(words, this.#ages, {
      chosen: (checklist) => {
        this.#keep({ checklist });
        this.#showChecklist();
      },
      answered: (plan, item, verdict, note) => this.#answerItem(plan, item, verdict, note),
      followed: (link) => this.#follow(link),
    });
    this.#announcer = new Announcer(words);
    this.#empty = new EmptyState(() => ports.post({ kind: 'remedy' }));
    this.#nothing = this.#nothingMatches();
    const side = element('aside', { 'aria-label': words.detail.title }, this.#detail.element, this.#order.element);
    const table = element('div', { class: 'table' }, this.#grid.element, this.#nothing, legend(words));
    this.#upper.append(table, side);
    this.element = element(
      'main',
      {},
      element('h1', { class: 'unseen' }, words.matrix),
      this.#toolbar.element,
      this.#empty.element,
      this.#upper,
      this.#checklist.element,
      this.#announcer.element,
    );
    this.#upper.hidden = true;
  }

  receive(message: ToPanel): void {
    if (message.kind === 'reveal') this.#reveal(message.ref);
    else this.#show(message.snapshot);
  }

  /** Once a second: ages go on, and what became too old to be said is not said any more. */
  tick(): void {
    const now = this.#now();
    if (this.#matrix?.tick(now) === true) this.#draw();
    this.#tickAges();
  }

  #tickAges(): void {
    this.#toolbar.tick(this.#matrix, this.#now());
    this.#detail.tick(this.#now());
    this.#checklist.tick(this.#now());
  }

  #now(): number {
    return Date.now() + this.#clockOffset;
  }

  #show(snapshot: PanelSnapshot): void {
    const other = this.#snapshot !== null && this.#snapshot.repository !== snapshot.repository;
    if (other) this.#announcer.forget();
    this.#snapshot = snapshot;
    this.#clockOffset = Date.parse(snapshot.now) - Date.now() || 0;
    this.#matrix = snapshot.matrix === null ? null : new Matrix(snapshot.matrix);
    this.#matrix?.tick(this.#now());
    if (this.#state.repository !== snapshot.repository) {
      // Branches of one repository say nothing about another's.
      const kept = this.#state.repository === null ? {} : { focus: null, collapsed: [] };
      if (snapshot.repository !== null) this.#keep({ repository: snapshot.repository, ...kept });
    }
    this.#draw();
    this.#tickAges();
    this.#revealPending();
  }

  #draw(): void {
    const { words } = this.#ports;
    const matrix = this.#matrix;
    if (this.#snapshot !== null) this.#toolbar.show(this.#snapshot, matrix, this.#state.filter);
    this.#empty.show(this.#snapshot?.empty ?? null);
    this.#upper.hidden = matrix === null;
    this.#showChecklist();
    if (matrix === null) return;
    const axes = this.#axes(matrix);
    this.#nothing.hidden = axes.rows.length > 0;
    setText(this.#nothing.firstElementChild ?? this.#nothing, words.filter.nothing);
    this.#grid.setFocus(this.#state.focus);
    this.#grid.show(matrix, axes);
    this.#restore();
    this.#frames.later('detail', () => this.#showDetail());
    this.#frames.later('order', () => this.#order.show(matrix));
    this.#frames.later('announcer', () => this.#announcer.show(matrix));
  }

  #showChecklist(): void {
    this.#checklist.show(this.#snapshot?.checklists ?? [], this.#state.checklist);
    this.#checklist.tick(this.#now());
  }

  #answerItem(plan: string, item: ChecklistItemId, verdict: AnswerVerdict, note: string): void {
    const repository = this.#snapshot?.repository ?? null;
    if (repository !== null) this.#ports.post({ kind: 'answerItem', repository, plan, item, verdict, note });
  }

  /** To where the evidence is: a cell, a task's row, the line of a hazard. */
  #follow(link: EvidenceLink): void {
    if (link.kind === 'hazard') this.#actOn('open', link.id);
    else if (link.kind === 'pair') this.#revealPair(link.a, link.b);
    else {
      const branch = this.#matrix?.branches.find(({ task }) => task === `${link.plan}/${link.task}`);
      if (branch !== undefined) this.#reveal(branch.ref);
    }
  }

  #revealPair(a: string, b: string): void {
    this.#reveal(a);
    const isRow = this.#matrix?.branches.some(({ ref }) => ref === b) === true;
    this.#grid.focusAt({ row: branchKey(a), column: isRow ? branchKey(b) : baseKey });
  }

  #axes(matrix: Matrix): Axes {
    return axesOf(matrix, this.#state.filter, new Set(this.#state.collapsed));
  }

  /** Once, after a reload: where the reader was. */
  #restore(): void {
    if (this.#restored) return;
    this.#restored = true;
    this.#toolbar.setFilter(this.#state.filter);
    this.#grid.scrollTo(this.#state.scroll);
  }

  #showDetail(): void {
    const place = this.#hovered ?? this.#state.focus;
    const lines = place === null ? null : this.#grid.lines(place);
    this.#detail.show(this.#matrix, lines?.row ?? null, lines?.column ?? null);
    this.#detail.tick(this.#now());
  }

  #label(row: Line, column: Line): string {
    if (this.#matrix === null) return '';
    const { words } = this.#ports;
    return labelWithAge({ matrix: this.#matrix, words, ages: this.#ages, now: this.#now() }, row, column);
  }

  #hover(place: Place | null): void {
    clearTimeout(this.#hoverTimer);
    this.#hoverTimer = setTimeout(() => {
      this.#hovered = place;
      this.#showDetail();
    }, hoverMs);
  }

  /** The cell's actions, or what a folded group holds. */
  #open(place: Place): void {
    const lines = this.#grid.lines(place);
    if (lines === null) return;
    this.#stopHover();
    this.#keep({ focus: place });
    const folded = [lines.row, lines.column].find((line) => line.kind === 'group' && line.collapsed);
    if (folded?.kind === 'group') this.#toggle(folded.group.plan ?? '');
    else this.#detail.focusFirst();
  }

  #stopHover(): void {
    clearTimeout(this.#hoverTimer);
    this.#hovered = null;
  }

  #toggle(group: string): void {
    const collapsed = new Set(this.#state.collapsed);
    if (!collapsed.delete(group)) collapsed.add(group);
    const held = this.element.contains(document.activeElement);
    this.#keep({ collapsed: [...collapsed] });
    this.#draw();
    if (held) this.#grid.focusAt({ row: `group:${group}`, column: this.#state.focus?.column ?? '' });
  }

  #filter(filter: PanelFilter): void {
    this.#keep({ filter });
    this.#draw();
    this.#tickAges();
  }

  #nothingMatches(): HTMLElement {
    const clear = element('button', { type: 'button' }, this.#ports.words.filter.clear);
    clear.addEventListener('click', () => {
      const filter: PanelFilter = { text: '', troubleOnly: false, plan: null };
      this.#filter(filter);
      this.#toolbar.setFilter(filter);
      this.#toolbar.focusFilter();
    });
    return element('div', { class: 'nothing', role: 'status' }, element('p'), clear);
  }

  #act(action: CellActionName, cell: CellNames, file: PanelFile | null): void {
    const repository = this.#snapshot?.repository ?? null;
    if (repository === null) return;
    const name = file === null ? null : { path: file.path, pathBytes: file.pathBytes };
    this.#ports.post({ kind: 'cellAction', action, repository, ...cell, file: name });
  }

  #actOn(action: HazardActionName, hazard: string): void {
    const repository = this.#snapshot?.repository ?? null;
    if (repository !== null) this.#ports.post({ kind: 'hazardAction', action, repository, hazard });
  }

  /** Takes the keyboard to a branch's row, to its worst cell, and takes away what hides it; null: where it was. */
  #reveal(ref: string | null): void {
    this.#revealing = { ref };
    this.#revealPending();
  }

  #revealPending(): void {
    const matrix = this.#matrix;
    if (matrix === null || this.#revealing === null) return;
    const { ref } = this.#revealing;
    this.#revealing = null;
    if (ref === null) {
      this.#grid.focusAt(this.#state.focus);
      return;
    }
    const index = matrix.branches.findIndex((branch) => branch.ref === ref);
    if (index === -1) return;
    const group = matrix.data.groups.find(({ branches }) => branches.includes(index));
    const collapsed = this.#state.collapsed.filter((each) => each !== (group?.plan ?? ''));
    const filter: PanelFilter = { text: '', troubleOnly: false, plan: null };
    this.#keep({ collapsed, filter });
    this.#toolbar.setFilter(filter);
    this.#draw();
    this.#grid.focusAt({ row: branchKey(ref), column: worstColumn(matrix, index) });
  }

  #scrolled(): void {
    this.#keep({ scroll: this.#grid.scroll });
  }

  #keep(change: Partial<PanelState>): void {
    const focused = change.focus !== undefined;
    this.#state = { ...this.#state, ...change };
    if (focused) {
      this.#stopHover();
      this.#showDetail();
    }
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.#ports.save(this.#state), saveMs);
  }
}

/** Where a branch's worst cell stands; without trouble the first one. */
function worstColumn(matrix: Matrix, index: number): string {
  for (const verdict of ['conflict', 'unknown'] as const) {
    if (matrix.againstBase(index)?.cell.verdict === verdict) return 'base';
    const other = matrix.branches.findIndex((_, each) => matrix.pair(index, each)?.cell.verdict === verdict);
    const ref = matrix.branches[other]?.ref;
    if (ref !== undefined) return branchKey(ref);
  }
  return '';
}
