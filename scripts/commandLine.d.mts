import type { BuildOptions } from 'esbuild';

export const node: BuildOptions;
export function commandLine(outdir: string): BuildOptions[];
