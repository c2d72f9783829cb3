import type { PairJudge, SideJudge } from '../parts';
import { judgeExportNames } from './convention/exportNames';
import { judgeFileNames } from './convention/fileNames';
import { judgeFormatters } from './convention/formatters';
import { judgeNewFolder } from './convention/newFolder';
import { inOrder } from './inOrder';

/** Two sides that go different ways: other settings of a formatter, other names in a folder that is new. */
export const judgeConventions: PairJudge = inOrder((a, b) => [...judgeFormatters(a, b), ...judgeNewFolder(a, b)]);

/** Names of new files and exports unlike those beside them. */
export const judgeConvention: SideJudge = (side) => [...judgeFileNames(side), ...judgeExportNames(side)];
