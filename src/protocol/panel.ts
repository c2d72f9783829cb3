/** What a panel says instead of what it is for. */
export interface PanelEmpty {
  readonly title: string;
  readonly text: string;
  /** Label of what can be done about it. */
  readonly remedy: string | null;
  /** It ends by itself. */
  readonly waiting: boolean;
}
