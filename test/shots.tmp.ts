import { launchBrowser } from '/work/wt/panel/test/harness/browser';
import { openCostsPage } from '/work/wt/panel/test/harness/costsPage';
import { costsSnapshot, fewWeeks } from '/work/wt/panel/test/unit/extension/costFacts';

const b = await launchBrowser();
for (const theme of (process.argv[2]?.split(',') ?? ['dark']) as any) {
  const p = await openCostsPage(b, { theme, width: 1280, height: 1250 });
  await p.show(costsSnapshot(fewWeeks(), { period: 'all' }));
  await new Promise((r) => setTimeout(r, 300));
  console.log(await p.screenshot(theme), p.problems, await p.seriousFindings());
}
await b.close();
process.exit(0);
