import type { MigrationTool } from '../../data/migrationShapes';

const byTool: Readonly<Record<MigrationTool, string>> = {
  alembic: 'so `alembic upgrade head` finds two heads and stops',
  django: 'so `migrate` finds two leaf nodes and stops until they are merged',
  doctrine: 'so only one of them is ever run',
  ecto: 'so Ecto refuses to run them',
  'entity framework': 'so the project no longer compiles or their order is left to chance',
  flyway: 'so Flyway refuses to start',
  'golang-migrate': 'so the migrator refuses the folder as having a duplicate',
  laravel: 'so their order is left to their names, or one class is declared twice',
  rails: 'so Rails refuses to run any migration',
  numbered: 'so which of them runs first, or at all, is left to their names',
};

/** What becomes of it, as the end of a sentence. */
export function consequenceOf(tool: MigrationTool, what: string): string {
  return tool === 'numbered' && what.includes('follow') ? 'so the history has two ends' : byTool[tool];
}

/** Which prevention was missing. */
export function onePrevention(what: string): string {
  if (what.includes('follow')) {
    return "`after` in one of the tasks lets its migration follow the other's; `reserve.migrations` keeps their numbers apart.";
  }
  return '`reserve.migrations` in the plan gives each task numbers of its own.';
}
