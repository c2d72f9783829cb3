export interface Loaded<T> {
  readonly state: 'loading' | 'ready' | 'failed';
  readonly value: T | null;
}

/** Loads a user and tells `show` at each step. */
export async function useUser<T>(id: string, show: (loaded: Loaded<T>) => void): Promise<void> {
  show({ state: 'loading', value: null });
  const response = await fetch(`/api/users/${encodeURIComponent(id)}`);
  show(response.ok ? { state: 'ready', value: await response.json() } : { state: 'failed', value: null });
}
