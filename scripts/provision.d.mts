export type AgentName = 'claude' | 'codex' | 'gemini' | 'opencode' | 'copilot';
/** `bin` is a folder for PATH that holds only this agent; `program` is its file in there. */
export interface AgentProgram {
  readonly name: AgentName;
  readonly version: string;
  readonly bin: string;
  readonly program: string;
}
/** `root` is the code-server package, `vscode` the VS Code in it, `node` the Node 24 that runs both. */
export interface ServerBuild {
  readonly kind: 'server';
  readonly root: string;
  readonly vscode: string;
  readonly node: string;
}
export interface DesktopBuild {
  readonly kind: 'desktop';
  readonly executable: string;
}
export declare const projectRoot: string;
export declare const vscodeVersion: string;
export declare const agentNames: readonly AgentName[];
export declare function cacheRoot(): string;
export declare function ensure(
  name: string,
  install: (staging: string) => Promise<void>,
  staleMs?: number,
): Promise<string>;
export declare function ensureNode24(): Promise<string>;
export declare function ensureServer(): Promise<ServerBuild>;
export declare function ensureDesktop(): Promise<DesktopBuild>;
export declare function ensureVsCode(): Promise<ServerBuild | DesktopBuild>;
export declare function ensureChromium(): Promise<string>;
export declare function ensureAgent(name: AgentName): Promise<AgentProgram>;
export declare function ensureAgents(): Promise<AgentProgram[]>;
export declare function ensureCcusage(): Promise<{ readonly version: string; readonly program: string }>;
