import { createRequire } from 'node:module';
import path from 'node:path';
import { ensureServer } from '../../scripts/provision.mjs';
import { onCleanup } from './cleanup';
import { waitFor } from './waitFor';

/** The parts used of the `node-pty` that VS Code's server build brings, prebuilt for every platform. */
interface Pty {
  readonly pid: number;
  onData(listener: (data: string) => void): unknown;
  onExit(listener: (event: { exitCode: number }) => void): unknown;
  write(data: string): void;
  kill(signal?: string): void;
}
interface NodePty {
  spawn(file: string, args: readonly string[], options: object): Pty;
}

/** The parts used of the `@xterm/headless` beside it. */
interface Screen {
  readonly rows: number;
  readonly buffer: {
    readonly active: {
      readonly baseY: number;
      getLine(row: number): { translateToString(trimRight: boolean): string } | undefined;
    };
  };
  write(data: string, done?: () => void): void;
  onData(listener: (data: string) => void): unknown;
}
interface Xterm {
  readonly Terminal: new (options: object) => Screen;
}

/** A program in a terminal of its own, with the screen a person would see. */
export class PseudoTerminal {
  #exitCode: number | undefined;

  private constructor(
    private readonly pty: Pty,
    private readonly display: Screen,
  ) {
    pty.onData((data) => display.write(data));
    // Programs ask their terminal what it can do (cursor position, colours) and wait for the answer.
    display.onData((data) => pty.write(data));
    pty.onExit(({ exitCode }) => {
      this.#exitCode = exitCode;
    });
  }

  static async start(
    file: string,
    args: readonly string[],
    options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ): Promise<PseudoTerminal> {
    const { vscode } = await ensureServer();
    const load = createRequire(path.join(vscode, 'package.json'));
    const nodePty = load('node-pty') as NodePty;
    const { Terminal } = load('@xterm/headless') as Xterm;
    const size = { cols: 120, rows: 40 };
    const display = new Terminal({ ...size, scrollback: 5_000, allowProposedApi: true });
    const terminal = new PseudoTerminal(
      nodePty.spawn(file, args, { ...options, ...size, name: 'xterm-256color' }),
      display,
    );
    onCleanup(() => terminal.stop());
    return terminal;
  }

  get pid(): number {
    return this.pty.pid;
  }

  /** undefined while it runs. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** The visible screen, without trailing blanks. */
  get screen(): string {
    const { active } = this.display.buffer;
    const lines = Array.from({ length: this.display.rows }, (_, row) => {
      return active.getLine(active.baseY + row)?.translateToString(true) ?? '';
    });
    return lines.join('\n').trimEnd();
  }

  /** Types as a person does; Enter is `\r`. */
  type(text: string): void {
    this.pty.write(text);
  }

  /** Waits until the screen shows it. */
  async waitForText(text: string, deadlineMs = 20_000): Promise<void> {
    await waitFor(`"${text}" on the terminal's screen`, () => this.screen.includes(text), { deadlineMs }).catch(
      (error) => {
        throw new Error(`${error.message}; it shows:\n${this.screen}`);
      },
    );
  }

  async stop(): Promise<void> {
    if (this.#exitCode !== undefined) return;
    this.pty.kill('SIGKILL');
    await waitFor('the program in the terminal ends', () => this.#exitCode !== undefined);
  }
}
