/** What a panel says instead of what it is for. */
export interface PanelEmpty {
  readonly title: string;
  readonly text: string;
  /** Label of what can be done about it. */
  readonly remedy: string | null;
  /** It ends by itself. */
  readonly waiting: boolean;
}

/** What the snapshots of all panels that show one repository tell. */
export interface PanelFrame {
  /** The host's clock, ISO 8601: in a remote window the browser's may be another. */
  readonly now: string;
  readonly repositories: readonly { readonly id: string; readonly name: string }[];
  /** The one that is shown. */
  readonly repository: string | null;
  /** A look that somebody asked for is on its way. */
  readonly busy: boolean;
  /** Why there is nothing to show, as sentences; null: there is something. */
  readonly empty: PanelEmpty | null;
}
