import type { TaskRules } from '../../parts';

/** How a style guide prevents what was found. @param what "how files are named" */
export function styleGuide(rules: TaskRules | null, what: string): string {
  const [guide] = rules?.styleGuides ?? [];
  return guide === undefined
    ? `A style guide in the plan's \`context\` reaches every agent: say in it ${what}.`
    : `The style guide ${guide} of the plan's \`context\` was in the brief: say in it ${what}, if it does not.`;
}
