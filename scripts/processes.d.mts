export declare const runMarker: 'SWITCHYARD_TEST_RUN';
export declare function killGroup(pid: number, signal: NodeJS.Signals): void;
export declare function killMarked(name: string, value: string): number;
export declare function killLiving(): void;
export declare function run(
  command: string,
  args: readonly string[],
  options?: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly quiet?: boolean;
    readonly deadlineMs?: number;
    readonly onChild?: (pid: number) => void;
  },
): Promise<{ code: number; output: string; timedOut: boolean }>;
