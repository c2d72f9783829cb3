import type { ConflictFile } from '../../../contract/conflicts';
import { Aging } from '../../conflicts/hazards/aging';
import { stagesOf } from '../../conflicts/merge/fileStages';
import type { ResolutionRequest } from '../../conflicts/resolve/resolveFiles';
import type { Resolution } from '../../conflicts/resolve/table';

/** Resolutions kept for states that come back. */
const keptResolutions = 20_000;

/** Who resolves the files of cells, as far as that is known. */
export class ResolutionKeeper {
  readonly #known = new Aging<Resolution>(keptResolutions);
  /** Could not be judged, and is not tried again for now. */
  readonly #failed = new Set<string>();
  /** Lists of which all is known. */
  readonly #lists = new WeakMap<readonly ConflictFile[], readonly ConflictFile[]>();
  #open = new Map<string, ResolutionRequest>();

  /** The files as they are told: with who resolves them where that is known. */
  told(files: readonly ConflictFile[]): readonly ConflictFile[] {
    if (files.length === 0) return files;
    const list = this.#lists.get(files);
    if (list !== undefined) return list;
    let all = true;
    const told = files.map((file) => {
      const request = requestOf(file);
      const resolution = request === null ? null : (this.#known.get(keyOf(request)) ?? null);
      all &&= resolution !== null;
      return resolution === null ? file : { ...file, ...resolution };
    });
    if (all) this.#lists.set(files, told);
    return told;
  }

  /** Of these is to be found out who resolves them, where that is not known; what was wanted before no longer is. */
  want(files: readonly ConflictFile[]): void {
    this.#open = new Map();
    for (const file of files) {
      const request = requestOf(file);
      if (request === null) continue;
      const key = keyOf(request);
      if (this.#known.get(key) === undefined && !this.#failed.has(key)) this.#open.set(key, request);
    }
  }

  get open(): readonly ResolutionRequest[] {
    return [...this.#open.values()];
  }

  /** @param resolutions in the order of the requests; null: it could not be judged */
  keep(requests: readonly ResolutionRequest[], resolutions: readonly (Resolution | null)[]): void {
    for (const [index, request] of requests.entries()) {
      const key = keyOf(request);
      const resolution = resolutions[index] ?? null;
      if (resolution === null) this.#failed.add(key);
      else this.#known.keep(key, resolution);
      this.#open.delete(key);
    }
  }

  /** What is open could not be judged, and is not tried again until somebody asks for it. */
  fail(): void {
    this.keep(this.open, []);
  }

  retry(): void {
    this.#failed.clear();
  }
}

/** null: it was read from a document, or is told already. */
function requestOf(file: ConflictFile): ResolutionRequest | null {
  const stages = stagesOf(file);
  return stages === null ? null : { path: file.path, ...stages };
}

function keyOf({ path, base, ours, theirs }: ResolutionRequest): string {
  return `${base} ${ours} ${theirs} ${path}`;
}
