import type { HazardRef } from '../hazards/hazardActions';
import type { Services } from './services';

/** Puts a hazard aside, with a reason; asks which one where none is named. */
export async function muteHazard({ hazards }: Services, argument: unknown): Promise<void> {
  const ref = hazardOf(argument) ?? (await hazards.choose(false));
  if (ref !== null) await hazards.mute(ref);
}

export async function unmuteHazard({ hazards }: Services, argument: unknown): Promise<void> {
  const ref = hazardOf(argument) ?? (await hazards.choose(true));
  if (ref !== null) await hazards.unmute(ref);
}

function hazardOf(argument: unknown): HazardRef | null {
  if (typeof argument !== 'object' || argument === null || !('repository' in argument) || !('id' in argument))
    return null;
  const { repository, id } = argument;
  return typeof repository === 'string' && typeof id === 'string' ? { repository, id } : null;
}
