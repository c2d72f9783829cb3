import { version } from '../../package.json';

/**
 * Host 1. Only what must be fast is loaded here; the commands load what they need. Never `process.exit` before
 * standard output is written: `runCli` says when.
 */
async function main(args: readonly string[]): Promise<number> {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (args.includes('cost') && args.includes('--all')) {
    const { costAll } = await import('./costAll');
    const code = await costAll(args);
    if (code !== null) return code;
  }
  const { runCli } = await import('./program');
  return runCli(args, version);
}

// `switchyard watch | head`: the reader has gone, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 3);
});

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`switchyard: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(3);
  },
);
