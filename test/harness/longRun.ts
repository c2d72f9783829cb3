/**
 * A test that takes long beside what it adds to its neighbours: by `npm run test:long` alone, so that everybody's run of
 * all tests stays short.
 */
export const inLongRun = process.env.SWITCHYARD_LONG === undefined ? it.skip : it;
