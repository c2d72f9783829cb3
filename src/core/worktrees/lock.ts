/**
 * The lock around everything that changes git's list of worktrees or the branches that belong to them (adding,
 * moving away, moving back): git's own locks collide otherwise, and two of ours must not decide on one name at once.
 */
export const worktreesLock = 'worktree-add';

/** The lock under which submodules are filled: their repositories are cloned over one network, one after another. */
export const submodulesLock = 'submodules';

/** Others may be checking out large repositories before us. */
export const lockWaitMs = 10 * 60_000;
