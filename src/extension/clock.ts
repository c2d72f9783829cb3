/** Taken when the first of our modules is evaluated, so that loading the others counts as activation too. */
export const startedAt = performance.now();
