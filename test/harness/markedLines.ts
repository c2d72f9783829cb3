const mark = 'switchyard-test|';

/** Marks what a test prints, so that it can be found in a console others write to as well. */
export function markLine(text: string): string {
  return mark + text;
}

/** What was marked; undefined when this text was written by others. */
export function markedText(line: string): string | undefined {
  return line.startsWith(mark) ? line.slice(mark.length) : undefined;
}
