/** The folder of this module; of the bundle that it is part of, where it is part of one. Most are CommonJS. */
export const here: string = typeof __dirname === 'string' ? __dirname : import.meta.dirname;
