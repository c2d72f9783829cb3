import type { BuildOptions } from 'esbuild';

export const node: BuildOptions;
export const commonJs: string;
export function commandLine(outdir: string): BuildOptions[];
