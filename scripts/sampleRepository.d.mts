/**
 * Makes the sample repository "activity-dashboard" in a folder that does not exist yet (or is empty): a few commits of
 * history on `main`, and a plan of four tasks. It appears whole or not at all.
 */
export function createSampleRepository(folder: string): Promise<void>;
