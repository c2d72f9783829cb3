import type * as vscode from 'vscode';
import type { Log } from '../../core/ports';
import type { Cells } from '../conflicts/cells';
import type { CostsPanels } from '../costs/costsPanels';
import type { HazardActions } from '../hazards/hazardActions';
import type { IntegrationPanels } from '../integration/integrationPanels';
import type { AgentLauncher } from '../launching/agentLauncher';
import type { Repositories } from '../sessions/repositories';
import type { AgentTerminals } from '../terminals/agentTerminals';
import type { Views } from '../views/views';
import type { TargetChooser } from './chooseTarget';

/** What commands work with. */
export interface Services {
  readonly log: Log;
  readonly channel: vscode.LogOutputChannel;
  readonly repositories: Repositories;
  readonly terminals: AgentTerminals;
  readonly launcher: AgentLauncher;
  readonly views: Views;
  readonly choose: TargetChooser;
  readonly integration: IntegrationPanels;
  readonly costs: CostsPanels;
  readonly cells: Cells;
  readonly hazards: HazardActions;
  /** Remembered for this workspace. */
  readonly memory: vscode.Memento;
}
