import type { ChecklistItem, ChecklistJson, EvidenceLink } from '../../contract/checklist';
import type { Hazard } from '../../contract/conflicts';
import type { PanelChecklist, PanelChecklistItem } from '../../protocol/integration';
import { oneLine, type Translate } from '../words';

/** What links may lead to. */
export interface ChecklistNames {
  readonly hazards: readonly Hazard[];
  readonly rows: readonly { readonly plan: string; readonly task: string; readonly title: string }[];
}

/** A checklist as the panel shows it. @param title of the plan; null: it has none */
export function panelChecklist(
  { plan, items }: ChecklistJson,
  title: string | null,
  names: ChecklistNames,
  t: Translate,
): PanelChecklist {
  const words = itemWords(t);
  return {
    plan,
    title: title ?? plan,
    items: items.map((item): PanelChecklistItem => {
      const { id, group, verdict, evidence, by, at, commits } = item;
      const links = item.links.map((link) => ({ link, label: labelOf(link, names) }));
      return {
        ...{ id, group, text: words[id], verdict, evidence, by, at, commits, links },
        // What was computed to fail fails, whatever anybody says.
        answerable: verdict !== 'fail' || by !== 'computed',
        answered: at !== null,
      };
    }),
  };
}

function labelOf(link: EvidenceLink, { hazards, rows }: ChecklistNames): string {
  switch (link.kind) {
    case 'pair':
      return `${oneLine(link.a)} × ${oneLine(link.b)}`;
    case 'task': {
      const row = rows.find(({ plan, task }) => plan === link.plan && task === link.task);
      return oneLine(row?.title || link.task);
    }
    case 'hazard': {
      const hazard = hazards.find(({ id }) => id === link.id);
      return hazard === undefined ? link.id : oneLine(`${hazard.files[0] ?? hazard.kind}`);
    }
  }
}

function itemWords(t: Translate): Readonly<Record<ChecklistItem['id'], string>> {
  return {
    reviewed: t('All individual PRs reviewed and approved'),
    dependencies: t('No dependency conflicts between branches'),
    'shared-types': t('Shared types and interfaces match across all branches'),
    migrations: t("Migration sequence numbers don't conflict"),
    'merge-order': t('Merge in dependency order'),
    'ci-after-each': t('Run CI after each merge'),
    'full-context': t('Resolve conflicts with full context'),
    'full-suite': t('Full test suite passes'),
    'integration-tests': t('Integration and E2E tests pass'),
    regressions: t('No regressions in existing functionality'),
    performance: t('Performance benchmarks within acceptable range'),
  };
}
